#include "state_columns.hpp"

#include "text.hpp"

namespace freshet::compile {

std::string zero_of(const std::string& type) {
    return type == "money" || type == "interval" ? "'0'::" + type : "0";
}

std::string difference_of_sums(const std::string& value, const std::string& added, const std::string& removed,
                               const std::string& zero) {
    const auto sum = [&](const std::string& filter) {
        return "coalesce(sum(" + value + ") FILTER (WHERE " + filter + "), " + zero + ")";
    };
    return sum(added) + " - " + sum(removed);
}

namespace {

// PostgreSQL shows a sum with as many digits after the point as the summand that shows most, and its own moving sum
// keeps the number of summands that do (do_numeric_discard in numeric.c). Ours has to take back any row, so it keeps
// their number for each scale, in one numeric that can be added up: a summand of scale d counts 10^(18 d). Stored are
// its digits that are not zero, so a usual one takes ten bytes. Scales from 2000 on, the most that round() knows, count
// as that. NULL, NaN and infinities have none.
constexpr const char* digits_per_scale = "18";
constexpr int most_digits = 2000;

// Of the scales that amounts and rates usually have, the units are constants: to make one is ten times the work of
// adding it.
std::string scale_unit(const std::string& value) {
    return "CASE scale(" + value + ") WHEN 0 THEN 1::numeric WHEN 1 THEN 1e18 WHEN 2 THEN 1e36 WHEN 3 THEN 1e54 " +
           "WHEN 4 THEN 1e72 ELSE ('1e' || " + digits_per_scale + " * least(scale(" + value + "), " +
           std::to_string(most_digits) + "))::numeric END";
}

// Whether `scales` counts a summand with as many digits as `sum` has and none with more. Not told of unusual ones.
std::string has_its_digits(const std::string& sum, const std::string& scales) {
    std::string text = "CASE scale(" + sum + ") WHEN 0 THEN " + scales + " < 1e18";
    for (int digits = 1; digits <= 4; ++digits) {
        text += " WHEN " + std::to_string(digits) + " THEN " + scales + " >= 1e" + std::to_string(18 * digits) +
                " AND " + scales + " < 1e" + std::to_string(18 * (digits + 1));
    }
    return text + " END";
}

Counter counter_of_scales(const Input& input, const std::string& number) {
    const auto x = "x" + number;
    if (!input.two_scales.empty()) {
        const auto more = " FILTER (WHERE scale(" + x + ") = " + std::to_string(input.two_scales.back()) + ")";
        return {"sc" + number, "bigint", "coalesce(sum(sign)" + more + ", 0)", "count(*)" + more, true};
    }
    const auto sum_of = [&](const std::string& unit) {
        return "coalesce(sum(" + unit + ") FILTER (WHERE scale(" + x + ") IS NOT NULL), 0)";
    };
    return {"sc" + number, "numeric", sum_of("sign * " + scale_unit(x)), sum_of(scale_unit(x)), true};
}

void add_counters_of(const Level& level, std::size_t index, std::vector<Counter>& result) {
    const auto& input = level.inputs[index];
    const auto number = std::to_string(index);
    const auto x = "x" + number;
    if (input.count) {
        result.push_back({"c" + number, "bigint", "coalesce(sum(sign) FILTER (WHERE " + x + " IS NOT NULL), 0)",
                          "count(" + x + ")"});
    }
    if (!input.sum_type.empty()) {
        result.push_back({"s" + number, input.sum_type,
                          difference_of_sums(x, "sign > 0", "sign < 0", zero_of(input.sum_type)), "sum(" + x + ")",
                          false, &input});
    }
    if (input.scales) {
        result.push_back(counter_of_scales(input, number));
    }
}

// `sum` with the digits of the summands that `scales` counts, if they are less than `limit`.
std::string with_digits(const Input& input, const std::string& sum, const std::string& scales, int limit) {
    if (!input.two_scales.empty()) {
        return "round(" + sum + ", CASE WHEN " + scales + " <> 0 THEN " + std::to_string(input.two_scales.back()) +
               " ELSE " + std::to_string(input.two_scales.front()) + " END)";
    }
    const auto digits = "(length((" + scales + ")::text) - 1) / " + digits_per_scale;
    return "CASE WHEN " + has_its_digits(sum, scales) + " THEN " + sum + " WHEN " + digits + " < " +
           std::to_string(limit) + " THEN round(" + sum + ", " + digits + ") ELSE " + sum + " END";
}

}  // namespace

std::string Counter::zero() const {
    return zero_of(type);
}

std::string Counter::not_zero(const std::string& value) const {
    return type == "interval" ? "ROW(" + value + ")::record OPERATOR(pg_catalog.*<>) ROW(" + zero() + ")::record"
                              : value + " <> " + zero();
}

std::string Counter::infinite(const std::string& value) const {
    return type == "interval" ? "NOT isfinite(" + value + ")" : value + " IN ('NaN', 'Infinity', '-Infinity')";
}

std::vector<Counter> counters(const Level& level) {
    std::vector<Counter> result{{"n", "bigint", "sum(sign)", "count(*)"}};
    for (std::size_t i = 0; i < level.inputs.size(); ++i) {
        add_counters_of(level, i, result);
    }
    return result;
}

// Digits are cut where that leaves the value as it is, for the row may turn out to be there already. Then its digits
// count, too, and those that were cut are put back: of what a batch takes back and brings, the counters may tell one
// digit less than it brings.
std::string Counter::inserted() const {
    if (summed == nullptr) {
        return name;
    }
    auto text = name;
    const auto number = name.substr(1);
    const auto scales = "sc" + number;
    if (!summed->two_scales.empty()) {
        const auto cut = "round(" + name + ", " + std::to_string(summed->two_scales.front()) + ")";
        text = "CASE WHEN " + scales + " = 0 AND " + name + " = " + cut + " THEN " + cut + " ELSE " + name + " END";
    } else if (summed->scales) {
        const auto cut = with_digits(*summed, name, scales, most_digits - 1);
        text = "CASE WHEN " + name + " = " + cut + " THEN " + cut + " ELSE " + name + " END";
    }
    return summed->count ? "CASE WHEN c" + number + " <> 0 OR " + not_zero(name) + " THEN " + text + " END" : text;
}

std::string Counter::updated() const {
    const auto both = [](const std::string& column) { return "t." + column + " + excluded." + column; };
    if (summed == nullptr) {
        return both(name);
    }
    const auto number = name.substr(1);
    const auto value = [&](const std::string& alias) {
        return summed->count ? "coalesce(" + alias + name + ", " + zero() + ")" : alias + name;
    };
    auto text = value("t.") + " + " + value("excluded.");
    if (summed->scales) {
        text = with_digits(*summed, "(" + text + ")", "(" + both("sc" + number) + ")", most_digits);
    }
    return summed->count ? "CASE WHEN " + both("c" + number) + " <> 0 THEN " + text + " END" : text;
}

std::vector<Recomputed> recomputed(const Level& level) {
    std::vector<Recomputed> result;
    std::size_t next = 0;
    for (const auto& aggregate : level.aggregates) {
        if (aggregate.kind == query::AggregateKind::recomputed) {
            result.push_back({level.recomputed.at(next++), aggregate.call});
        }
    }
    return result;
}

}  // namespace freshet::compile
