// Whether a JSON document fits a JSON Schema: the part of draft 7 that this folder's schema uses. Not a general
// validator: a keyword it does not know is a std::logic_error, so that no rule is passed over in silence.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace freshet::testing {

// What does not fit, each with the place in the document: "/panels/3/options/legend: lacks showLegend". Empty if it
// fits.
std::vector<std::string> schema_faults(const nlohmann::json& document, const nlohmann::json& schema);

}  // namespace freshet::testing
