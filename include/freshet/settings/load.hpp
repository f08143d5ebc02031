// From the configuration's text to Settings, or to every fault in it at once.
//
// Needs no database: names, types and SQL are judged later, by those who have one.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "freshet/settings/settings.hpp"

namespace freshet::settings {

// The content of a file; throws core::Error, whose message is the reason alone.
using ReadFile = std::function<std::string(const std::filesystem::path&)>;

// From the file system.
std::string read_file(const std::filesystem::path& path);

// `file` is the path as shown to people; query files are looked for beside it. Throws core::Faults, sorted by position.
Settings parse(std::string_view text, const std::string& file, const ReadFile& read);

Settings load(const std::filesystem::path& file);

}  // namespace freshet::settings
