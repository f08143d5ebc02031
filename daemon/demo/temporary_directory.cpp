#include "freshet/demo/temporary_directory.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "freshet/core/error.hpp"

namespace freshet::demo {

namespace {

constexpr const char* remedy = "set TMPDIR to a directory that you may write to";

}  // namespace

TemporaryDirectory::TemporaryDirectory(const std::string& prefix) {
    std::error_code error;
    const std::filesystem::path base = std::filesystem::temp_directory_path(error);
    if (error) throw core::Error("cannot make a temporary directory: " + error.message(), remedy);
    std::string name = (base / (prefix + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) {
        throw core::Error("cannot make a temporary directory in " + base.string() + ": " + std::strerror(errno),
                          remedy);
    }
    path_ = name;
}

TemporaryDirectory::~TemporaryDirectory() {
    std::error_code nobody_to_tell;
    std::filesystem::remove_all(path_, nobody_to_tell);
}

void TemporaryDirectory::give_to(const std::string& user) const {
    const passwd* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr || ::chown(path_.c_str(), entry->pw_uid, entry->pw_gid) != 0) {
        throw core::Error("cannot give " + path_.string() + " to user " + user + ": " +
                          (entry == nullptr ? "there is no such user" : std::strerror(errno)));
    }
}

}  // namespace freshet::demo
