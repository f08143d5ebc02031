// Which configuration file is meant.
#pragma once

#include <filesystem>
#include <optional>
#include <vector>

namespace freshet::settings {

// /etc/freshet/freshet.json, then ./freshet.json
std::vector<std::filesystem::path> default_config_files();

// The file named with --config, or else the first of `candidates` that exists. Throws core::Faults if there is none.
std::filesystem::path find_config(const std::optional<std::filesystem::path>& given,
                                  const std::vector<std::filesystem::path>& candidates = default_config_files());

}  // namespace freshet::settings
