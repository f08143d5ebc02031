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

std::string comparison(const std::string& left, std::string_view op, const std::string& right,
                       const std::string& type) {
    const bool built_in = type.find('.') == std::string::npos;
    const auto side = [&](const std::string& value) { return built_in ? value : "ARRAY[" + value + "]"; };
    return side(left) + " " + std::string(op) + " " + side(right);
}

std::vector<Counter> counters(const Level& level) {
    std::vector<Counter> result{{"n", "bigint", "sum(sign)", "count(*)"}};
    for (std::size_t i = 0; i < level.inputs.size(); ++i) {
        const auto& input = level.inputs[i];
        const auto index = std::to_string(i);
        const auto x = "x" + index;
        if (input.count) {
            result.push_back({"c" + index, "bigint", "coalesce(sum(sign) FILTER (WHERE " + x + " IS NOT NULL), 0)",
                              "count(" + x + ")"});
        }
        if (!input.sum_type.empty()) {
            result.push_back({"s" + index, input.sum_type,
                              "coalesce(sum(" + x + ") FILTER (WHERE sign > 0), 0) - coalesce(sum(" + x +
                                  ") FILTER (WHERE sign < 0), 0)",
                              "coalesce(sum(" + x + "), 0)", input.sum_type == "numeric"});
        }
        if (input.distinct) {
            result.push_back({"d" + index, "bigint", "", "count(DISTINCT " + x + ")"});
        }
    }
    return result;
}

std::vector<Extreme> extremes(const Level& level) {
    std::vector<Extreme> result;
    for (std::size_t i = 0; i < level.inputs.size(); ++i) {
        const auto& input = level.inputs[i];
        if (input.min) {
            result.push_back({"lo" + std::to_string(i), input.ordered_type, "min", i});
        }
        if (input.max) {
            result.push_back({"hi" + std::to_string(i), input.ordered_type, "max", i});
        }
    }
    return result;
}

std::vector<std::size_t> inputs_with_values(const Level& level) {
    std::vector<std::size_t> result;
    for (std::size_t i = 0; i < level.inputs.size(); ++i) {
        if (level.inputs[i].has_values()) {
            result.push_back(i);
        }
    }
    return result;
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
