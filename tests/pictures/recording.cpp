#include "pictures/recording.hpp"

#include <cmath>
#include <stdexcept>

namespace freshet::testing {

std::string legend_of(const std::string& pattern, const nlohmann::json& labels) {
    std::string text = pattern;
    for (auto from = text.find("{{"); from != std::string::npos; from = text.find("{{", from)) {
        const auto to = text.find("}}", from);
        if (to == std::string::npos) break;
        const auto value = labels.value(text.substr(from + 2, to - from - 2), "");
        text.replace(from, to + 2 - from, value);
        from += value.size();
    }
    return text;
}

std::vector<Series> series_in(const nlohmann::json& answer) {
    std::vector<Series> result;
    for (const auto& one : answer) {
        Series series{"", one.at("metric"), {}};
        for (const auto& sample : one.at("values")) {
            const double value = std::stod(sample.at(1).get<std::string>());
            if (std::isfinite(value)) series.samples.push_back({sample.at(0).get<double>(), value});
        }
        if (!series.samples.empty()) result.push_back(std::move(series));
    }
    return result;
}

std::vector<Series> series_of(const nlohmann::json& panel, const PanelAnswers& answers) {
    const auto& targets = panel.at("targets");
    if (targets.size() != answers.targets.size()) {
        throw std::runtime_error(panel.at("title").get<std::string>() + ": the recording is of another dashboard");
    }
    std::vector<Series> result;
    for (std::size_t i = 0; i < targets.size(); ++i) {
        for (auto& series : series_in(answers.targets.at(i))) {
            series.legend = legend_of(targets.at(i).value("legendFormat", ""), series.labels);
            result.push_back(std::move(series));
        }
    }
    return result;
}

}  // namespace freshet::testing
