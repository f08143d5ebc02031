// Holds a document against the table of keys: unknown and repeated keys, missing ones, wrong types.
//
// Not the values: whether "5 min" is a duration is the reader's question. Pure.
#pragma once

#include <string>
#include <vector>

#include "freshet/core/error.hpp"
#include "freshet/settings/document.hpp"
#include "freshet/settings/keys.hpp"

namespace freshet::settings {

std::vector<core::Fault> check_structure(const Node& root, const std::vector<Key>& table, const std::string& file);

}  // namespace freshet::settings
