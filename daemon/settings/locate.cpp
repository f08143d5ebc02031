#include "freshet/settings/locate.hpp"

#include <string>
#include <system_error>

#include "freshet/core/error.hpp"

namespace freshet::settings {

namespace {

// A file that is there but may not be looked at is the one that is meant: reading it says what is wrong.
bool is_there(const std::filesystem::path& file) {
    std::error_code error;
    return std::filesystem::exists(file, error) || error == std::errc::permission_denied;
}

}  // namespace

std::vector<std::filesystem::path> default_config_files() {
    return {"/etc/freshet/freshet.json", "freshet.json"};
}

std::filesystem::path find_config(const std::optional<std::filesystem::path>& given,
                                  const std::vector<std::filesystem::path>& candidates) {
    std::string tried;
    for (const auto& file : given ? std::vector{*given} : candidates) {
        if (is_there(file)) {
            return file;
        }
        tried += (tried.empty() ? "" : ", ") + file.string();
    }
    throw core::Faults(
        {{"", 0, 0, "no configuration file, tried " + tried,
          given ? "check the path given with --config" : "name one with --config, or write one of these files"}});
}

}  // namespace freshet::settings
