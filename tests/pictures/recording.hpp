// What Prometheus answered to the dashboards' queries, kept in one JSON file, so that drawing can be done again without
// waiting for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace freshet::testing {

struct Sample {
    double time = 0;  // seconds since 1970
    double value = 0;
};

struct Series {
    std::string legend;           // as Grafana makes it of the labels
    nlohmann::json labels;        // an object of strings
    std::vector<Sample> samples;  // finite ones, in order
};

struct Span {
    std::int64_t begin = 0;  // seconds since 1970
    std::int64_t end = 0;
};

// One after the other what the panel's targets answered: the arrays of series that Prometheus::between returns.
struct PanelAnswers {
    std::vector<nlohmann::json> targets;
    int step = 1;  // seconds between two samples
};

// The series of a panel in the order of its targets. Throws std::runtime_error if a target has no answer.
std::vector<Series> series_of(const nlohmann::json& panel, const PanelAnswers& answers);
// Every {{label}} of the pattern replaced.
std::string legend_of(const std::string& pattern, const nlohmann::json& labels);
// Of one answer, without a legend.
std::vector<Series> series_in(const nlohmann::json& answer);

}  // namespace freshet::testing
