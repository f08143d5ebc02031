#include "documents.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <stdexcept>

#include "charts.hpp"
#include "report.hpp"
#include "support/cost_limits.hpp"
#include "support/files.hpp"
#include "targets.hpp"

namespace freshet::bench {

namespace {

using Json = nlohmann::ordered_json;

std::string with_spread(const Json& figure, const std::string& unit) {
    auto text = display(figure.at("median"), unit);
    if (figure.at("samples").get<int>() > 1) {
        text += " (" + display(figure.at("low"), unit) + " - " + display(figure.at("high"), unit) + ")";
    }
    return text;
}

std::string factor(double value) {
    std::ostringstream text;
    text.precision(value >= 100 ? 0 : value >= 10 ? 1 : 2);
    text << std::fixed << value;
    return text.str();
}

// One row for each comparison, where all have the same figures; or else one for each figure.
std::string comparison_tables(const Json& section) {
    std::string text = "| | | median (lowest - highest) | freshet is better by |\n|---|---|--:|--:|\n";
    for (const auto& comparison : section.at("comparisons")) {
        auto what = comparison.at("what").get<std::string>();
        for (const auto& figure : comparison.at("figures")) {
            text += "| " + what + " | " + figure.at("who").get<std::string>() + " | " +
                    with_spread(figure, comparison.at("unit")) + " | " +
                    (figure.contains("advantage") ? factor(figure.at("advantage")) : "") + " |\n";
            what.clear();
        }
    }
    return text;
}

std::string picture_name(const Json& chart) {
    return "bench-" + chart.at("name").get<std::string>() + ".svg";
}

std::string section_text(const Json& section) {
    auto text = comparison_tables(section);
    for (const auto& note : section.at("notes")) text += "\n" + note.get<std::string>() + ".\n";
    for (const auto& chart : section.at("charts")) {
        text += "\n![" + chart.at("title").get<std::string>() + "](pictures/" + picture_name(chart) + ")\n";
    }
    return text;
}

const Json* measured(const Json& document, const std::string& target) {
    for (const auto& section : document.at("sections")) {
        if (section.at("reached").contains(target)) return &section.at("reached").at(target);
    }
    return nullptr;
}

std::string targets_text(const Json& document) {
    std::string text = "| what | against | to reach | measured | |\n|---|---|--:|--:|---|\n";
    for (const auto& target : targets()) {
        const auto* found = measured(document, target.id);
        std::string value = "not measured yet";
        if (found != nullptr) {
            value = target.display(found->at("median"));
            if (found->at("samples").get<int>() > 1) {
                value += " (" + target.display(found->at("low")) + " - " + target.display(found->at("high")) + ")";
            }
        }
        const auto* const verdict = found == nullptr ? "" : found->at("reached").get<bool>() ? "reached" : "**missed**";
        text += "| " + target.what + " | " + target.against + " | " + target.display_limit() + " | " + value + " | " +
                verdict + " |\n";
    }
    return text;
}

std::string counts_text() {
    std::string text = "| count | limit |\n|---|--:|\n";
    for (const auto& limit : testing::cost_limits) {
        std::ostringstream value;
        value << (limit.rule == testing::CostRule::exactly ? "" : "at most ") << limit.value;
        text += "| " + std::string(limit.what) + " | " + value.str() + " |\n";
    }
    return text;
}

std::string facts_text(const Json& document) {
    std::set<std::string> lines;
    for (const auto& section : document.at("sections")) {
        std::string line;
        for (const auto& [name, value] : section.at("facts").items()) {
            line += (line.empty() ? "" : ", ") + name + " " + value.get<std::string>();
        }
        lines.insert("- " + line);
    }
    std::string text;
    for (const auto& line : lines) text += line + "\n";
    return text;
}

std::string text_of(const Json& document, const std::string& mark) {
    if (mark == "targets") return targets_text(document);
    if (mark == "counts") return counts_text();
    if (mark == "facts") return facts_text(document);
    if (!document.at("sections").contains(mark)) return "Not measured yet.\n";
    return section_text(document.at("sections").at(mark));
}

std::string with_marks_filled(const std::string& page, const Json& document) {
    const std::string begin = "<!-- bench ";
    const std::string end = "<!-- end -->";
    std::string text;
    std::size_t at = 0;
    for (auto found = page.find(begin); found != std::string::npos; found = page.find(begin, at)) {
        const auto closing = page.find(" -->\n", found);
        const auto after = page.find(end, found);
        if (closing == std::string::npos || after == std::string::npos || after < closing) {
            throw std::runtime_error("a mark of the page has no end: " + page.substr(found, 40));
        }
        const auto name = page.substr(found + begin.size(), closing - found - begin.size());
        text += page.substr(at, closing + 5 - at) + "\n" + text_of(document, name) + "\n";
        at = after;
    }
    return text + page.substr(at);
}

}  // namespace

void write_documents(const nlohmann::ordered_json& document, const std::filesystem::path& docs) {
    const auto page = docs / "performance.md";
    testing::write_text(page, with_marks_filled(testing::read_text(page), document));
    for (const auto& section : document.at("sections")) {
        for (const auto& chart : section.at("charts")) {
            testing::write_text(docs / "pictures" / picture_name(chart), chart_picture(chart));
        }
    }
}

}  // namespace freshet::bench
