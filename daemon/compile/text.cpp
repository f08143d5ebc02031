#include "text.hpp"

#include "freshet/compile/emit.hpp"
#include "rows.hpp"

namespace freshet::compile {

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
    std::string text;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        text += (i == 0 ? "" : std::string(separator)) + parts[i];
    }
    return text;
}

void append(std::string& text, std::string_view separator, std::string_view part) {
    if (!text.empty() && !part.empty()) {
        text += separator;
    }
    text += part;
}

std::string key_name(std::size_t index) {
    return "k" + std::to_string(index);
}

std::string key_list(const Level& level, std::string_view prefix) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        names.push_back(std::string(prefix) + key_name(i));
    }
    return join(names, ", ");
}

bool finds_nulls_equal(const std::string& type) {
    return type.find('.') != std::string::npos;
}

std::string comparison(const std::string& left, std::string_view op, const std::string& right,
                       const std::string& type) {
    const bool in_arrays = finds_nulls_equal(type);
    const auto side = [&](const std::string& value) { return in_arrays ? "ARRAY[" + value + "]" : value; };
    return side(left) + " " + std::string(op) + " " + side(right);
}

std::string scope_condition(const Level& level, const std::string& alias, bool tenant) {
    std::string condition;
    int parameter = 1;
    if (tenant) {
        const auto index = static_cast<std::size_t>(level.tenant_key);
        const auto& type = level.keys[index].type;
        const auto value = "$" + std::to_string(parameter++) + "::" + type;
        condition = comparison(alias + "." + key_name(index), "=", value, type);
    }
    if (level.retention_key >= 0) {
        append(condition, " AND ", within_horizon(level, alias, parameter));
    }
    return condition.empty() ? "TRUE" : condition;
}

std::string state_table(const Level& level) {
    return "freshet.state_" + std::to_string(level.view_id) + "_" + std::to_string(level.index);
}

std::string values_table(const Level& level, std::size_t input) {
    return "freshet.values_" + std::to_string(level.view_id) + "_" + std::to_string(level.index) + "_" +
           std::to_string(input);
}

}  // namespace freshet::compile
