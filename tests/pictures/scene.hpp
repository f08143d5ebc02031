// Some minutes in the life of the demo, watched by Prometheus and Alertmanager: quiet work, a large import, then a lock
// that stops one report until somebody is paged, and the way back.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>

namespace freshet::testing {

// Plays it, which takes about six minutes, and writes what there is to draw: "span", "dashboards" (by uid and id of the
// panel), "page" (the staleness, the alert's states, the message). Throws std::runtime_error if nobody is paged.
void record_scene(const std::filesystem::path& file);

}  // namespace freshet::testing
