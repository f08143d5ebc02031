#include "freshet/cli/index_advice_text.hpp"

namespace freshet::cli {

std::string index_advice_text(const std::vector<install::IndexAdvice>& advice) {
    std::string text;
    for (const auto& one : advice) {
        for (const auto& why : one.why) text += "-- " + why + "\n";
        text += one.statement + ";\n";
    }
    return text.empty() ? "" : "indexes that would help:\n" + text;
}

Json index_advice_json(const std::vector<install::IndexAdvice>& advice) {
    Json all = Json::array();
    for (const auto& one : advice) all.push_back({{"statement", one.statement}, {"why", one.why}});
    return all;
}

}  // namespace freshet::cli
