// An alert from its cause to the phone as a picture: the view's staleness, what Prometheus made of it, and the message
// that Alertmanager sent.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace freshet::testing {

// SVG text. `recorded` is the scene's "page".
std::string page_picture(const nlohmann::json& recorded);

}  // namespace freshet::testing
