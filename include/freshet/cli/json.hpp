// What every command's JSON has in common. Pure.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "freshet/core/error.hpp"

namespace freshet::cli {

using Json = nlohmann::ordered_json;

// Indented, ends with a newline. Bytes that are not UTF-8 are replaced: an answer is better than an exception.
std::string json_text(const Json& document);

Json faults_json(const std::vector<core::Fault>& faults);

// Seconds since the epoch as RFC 3339 in UTC; null for nothing.
Json moment_json(std::optional<double> epoch);

Json text_json(const std::optional<std::string>& text);

Json number_json(std::optional<double> number);

}  // namespace freshet::cli
