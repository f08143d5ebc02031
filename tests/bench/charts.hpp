// Charts of the benchmark as SVG, in the look of the other pictures of docs/.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace freshet::bench {

// `chart` as a Report has it in its JSON.
std::string chart_picture(const nlohmann::ordered_json& chart);

}  // namespace freshet::bench
