#include "monitoring/exposition.hpp"

#include <regex>
#include <sstream>

namespace freshet::testing {

namespace {

LabelNames names_in(const std::string& text, const std::regex& pattern) {
    LabelNames names;
    for (std::sregex_iterator at(text.begin(), text.end(), pattern), end; at != end; ++at) names.insert((*at)[1]);
    return names;
}

}  // namespace

std::map<std::string, std::set<LabelNames>> labels_scraped(const std::string& scrape) {
    static const std::regex series(R"(^([a-z_]+)(?:\{(.*)\})? \S+$)");
    static const std::regex label(R"re((?:^|,)([a-z_]+)="(?:[^"\\]|\\.)*")re");
    static const std::regex type(R"(^# TYPE ([a-z_]+) histogram$)");
    std::map<std::string, std::set<LabelNames>> found;
    std::string histogram;
    std::istringstream lines(scrape);
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, type)) histogram = match[1];
        if (!std::regex_match(line, match, series)) continue;
        const auto name = match[1].str();
        auto labels = names_in(match[2].str(), label);
        labels.erase("le");
        const bool of_histogram = !histogram.empty() && name.starts_with(histogram + "_");
        found[of_histogram ? histogram : name].insert(labels);
    }
    return found;
}

std::map<std::string, LabelNames> labels_documented(const std::string& reference) {
    static const std::regex row(R"(^\| `([a-z_]+)` \| (?:gauge|counter|histogram) \| ([^|]*)\|.*$)");
    static const std::regex name("`([a-z_]+)`");
    std::map<std::string, LabelNames> found;
    std::istringstream lines(reference);
    std::smatch match;
    for (std::string line; std::getline(lines, line);) {
        if (std::regex_match(line, match, row)) found[match[1]] = names_in(match[2], name);
    }
    return found;
}

}  // namespace freshet::testing
