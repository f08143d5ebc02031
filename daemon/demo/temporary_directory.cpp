#include "freshet/demo/temporary_directory.hpp"

#include <pwd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>

#include "freshet/core/error.hpp"

namespace freshet::demo {

TemporaryDirectory::TemporaryDirectory(const std::string& prefix) {
    std::error_code error;
    const std::filesystem::path base = std::filesystem::temp_directory_path(error);
    std::string name = (base / (prefix + "XXXXXX")).string();
    if (error || ::mkdtemp(name.data()) == nullptr) {
        throw core::Error("cannot make a temporary directory in " + base.string() + ": " +
                              (error ? error.message() : std::strerror(errno)),
                          "set TMPDIR to a directory that you may write to");
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
