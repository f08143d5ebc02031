// A directory that is gone, with all that is in it, when its owner is.
#pragma once

#include <filesystem>
#include <string>

namespace freshet::demo {

class TemporaryDirectory {
  public:
    // Below TMPDIR, readable for its owner only. Throws core::Error.
    explicit TemporaryDirectory(const std::string& prefix);
    ~TemporaryDirectory();
    TemporaryDirectory(const TemporaryDirectory&) = delete;
    TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

    const std::filesystem::path& path() const noexcept { return path_; }
    // Makes `user` the owner of the directory itself.
    void give_to(const std::string& user) const;

  private:
    std::filesystem::path path_;
};

}  // namespace freshet::demo
