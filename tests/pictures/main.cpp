// Draws the pictures of docs/monitoring.md: the shipped dashboards, and an alert from the lock to the phone, as numbers
// from a real Prometheus show them. `./dev pictures` runs it.
#include <exception>
#include <filesystem>
#include <iostream>
#include <string_view>

#include "monitoring/dashboards.hpp"
#include "pictures/dashboard_picture.hpp"
#include "pictures/page_picture.hpp"
#include "pictures/scene.hpp"
#include "support/files.hpp"

namespace freshet::testing {
namespace {

constexpr const char* usage =
    "usage: freshet_pictures record FILE         play the demo for six minutes and keep what Prometheus answers\n"
    "       freshet_pictures draw FILE DIRECTORY  draw what was kept\n";

void draw(const std::filesystem::path& recording, const std::filesystem::path& directory) {
    const auto recorded = nlohmann::json::parse(read_text(recording));
    const auto view = recorded.at("view").get<std::string>();
    for (const auto& dashboard : shipped_dashboards(view)) {
        write_text(directory / (dashboard.uid + ".svg"), dashboard_picture(dashboard, view, recorded));
    }
    write_text(directory / "freshet-page.svg", page_picture(recorded.at("page")));
}

int run(int count, char** arguments) {
    const std::string_view command = count > 1 ? arguments[1] : "";
    if (command == "record" && count == 3) {
        record_scene(arguments[2]);
    } else if (command == "draw" && count == 4) {
        draw(arguments[2], arguments[3]);
    } else {
        std::cerr << usage;
        return 2;
    }
    return 0;
}

}  // namespace
}  // namespace freshet::testing

int main(int count, char** arguments) {
    try {
        return freshet::testing::run(count, arguments);
    } catch (const std::exception& error) {
        std::cerr << "freshet_pictures: " << error.what() << "\n";
        return 1;
    }
}
