#include <spdlog/fmt/fmt.h>

#include "freshet/observe/metrics.hpp"
#include "metrics_table.hpp"

namespace freshet::observe {

namespace {

std::string_view to_string(MetricType type) {
    switch (type) {
        case MetricType::counter:
            return "counter";
        case MetricType::gauge:
            return "gauge";
        case MetricType::histogram:
            break;
    }
    return "histogram";
}

std::string labels_of(const MetricRow& row) {
    std::string text;
    for (const auto label : row.labels) {
        if (!label.empty()) {
            text += fmt::format("{}`{}`", text.empty() ? "" : ", ", label);
        }
    }
    return text;
}

}  // namespace

std::string metrics_reference() {
    std::string page =
        "# Metrics\n\n"
        "`freshetd run` serves these at `/metrics`. This page is written from the table in\n"
        "`daemon/observe/metrics_table.cpp`; a test holds it against the table, `FRESHET_REGENERATE=1` rewrites it.\n"
        "Series of a view exist while the view is in the configuration; those that need a first refresh appear after "
        "it.\n\n"
        "| metric | type | labels | meaning |\n|---|---|---|---|\n";
    for (const auto& row : metrics_table()) {
        page += fmt::format("| `{}` | {} | {} | {} |\n", row.name, to_string(row.type), labels_of(row), row.help);
    }
    return page;
}

}  // namespace freshet::observe
