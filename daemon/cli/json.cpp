#include "freshet/cli/json.hpp"

#include "freshet/cli/format.hpp"
#include "freshet/observe/timestamp.hpp"

namespace freshet::cli {

std::string json_text(const Json& document) {
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json faults_json(const std::vector<core::Fault>& faults) {
    Json list = Json::array();
    for (const auto& fault : faults) {
        list.push_back({{"file", fault.file},
                        {"line", fault.line},
                        {"column", fault.column},
                        {"message", fault.message},
                        {"hint", fault.hint.empty() ? Json() : Json(fault.hint)}});
    }
    return list;
}

Json moment_json(std::optional<double> epoch) {
    return epoch ? Json(observe::rfc3339(moment_of(*epoch))) : Json();
}

Json text_json(const std::optional<std::string>& text) {
    return text ? Json(*text) : Json();
}

Json number_json(std::optional<double> number) {
    return number ? Json(*number) : Json();
}

}  // namespace freshet::cli
