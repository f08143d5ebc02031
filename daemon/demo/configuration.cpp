#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "freshet/core/error.hpp"
#include "freshet/demo/sample.hpp"
#include "freshet/sql/texts.hpp"

namespace freshet::demo {

namespace {

constexpr const char* sample_directory = "config/sample/";

nlohmann::ordered_json parse_with_comments(std::string_view text) {
    return nlohmann::ordered_json::parse(text, nullptr, true, true);
}

void write_file(const std::filesystem::path& file, std::string_view content) {
    std::filesystem::create_directories(file.parent_path());
    std::ofstream stream(file, std::ios::binary);
    stream << content;
    stream.close();
    if (!stream) throw core::Error("cannot write " + file.string());
}

}  // namespace

std::string derive_configuration(std::string_view text, const std::string& conninfo, const std::string& listen) {
    nlohmann::ordered_json document = parse_with_comments(text);
    document["database"]["conninfo"] = conninfo;
    document["http"]["listen"] = listen;
    return document.dump(2) + "\n";
}

std::vector<SampleView> sample_views(std::string_view text) {
    std::vector<SampleView> views;
    const nlohmann::json document = parse_with_comments(text);
    for (const auto& [name, view] : document.at("views").items()) {
        SampleView sample{name, std::string(sql::text(sample_directory + view.at("query").get<std::string>())), {}};
        if (view.contains("retention")) sample.retention_column = view.at("retention").at("column");
        views.push_back(std::move(sample));
    }
    return views;
}

std::filesystem::path write_configuration(const std::filesystem::path& directory, const std::string& conninfo,
                                          const std::string& listen) {
    const std::string folder = std::string(sample_directory) + "views/";
    for (const std::string_view path : sql::text_paths(folder)) {
        write_file(directory / "views" / path.substr(folder.size()), sql::text(path));
    }
    const std::filesystem::path file = directory / "freshet.json";
    write_file(file, derive_configuration(sql::text(std::string(sample_directory) + "freshet.json"), conninfo, listen));
    return file;
}

}  // namespace freshet::demo
