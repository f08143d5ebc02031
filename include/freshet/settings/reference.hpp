// The table of keys as documents: for people docs/configuration.md, for editors config/freshet.schema.json.
#pragma once

#include <string>

namespace freshet::settings {

std::string reference_markdown();

// JSON Schema, draft 7.
std::string json_schema();

}  // namespace freshet::settings
