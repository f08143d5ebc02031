#include "monitoring/shipped.hpp"

#include <regex>
#include <set>
#include <stdexcept>

#include "support/files.hpp"

namespace freshet::testing {

std::string shipped(const std::string& path) {
    return read_text(std::string(FRESHET_SOURCE_DIR) + "/" + path);
}

std::string replaced(const std::string& text, const std::string& from, const std::string& to) {
    if (text.find(from) == std::string::npos) throw std::runtime_error("nothing to replace: " + from);
    std::string result = text;
    for (auto at = result.find(from); at != std::string::npos; at = result.find(from, at + to.size())) {
        result.replace(at, from.size(), to);
    }
    return result;
}

std::string rewritten(const std::string& text, const std::string& pattern, const std::string& to) {
    const std::regex expression(pattern);
    if (!std::regex_search(text, expression)) throw std::runtime_error("nothing matches: " + pattern);
    return std::regex_replace(text, expression, to);
}

std::string hurried_rules(const std::string& rules) {
    const std::regex waits(R"(\bfor: (\d+)m\b)");
    std::string result;
    auto from = rules.begin();
    for (std::sregex_iterator at(rules.begin(), rules.end(), waits), end; at != end; ++at) {
        result.append(from, (*at)[0].first);
        result += "for: " + std::to_string(2 * std::stoi((*at)[1])) + "s";
        from = (*at)[0].second;
    }
    result.append(from, rules.end());
    return std::regex_replace(result, std::regex(R"(\binterval: 5m\b)"), "interval: 1s");
}

std::vector<std::string> metrics_in(const std::string& text) {
    const std::regex metric(R"(\bfreshet_[a-z_]+\b(?!:))");
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), metric), end; at != end; ++at) {
        found.insert(std::regex_replace(at->str(), std::regex("_(bucket|count|sum)$"), ""));
    }
    return {found.begin(), found.end()};
}

}  // namespace freshet::testing
