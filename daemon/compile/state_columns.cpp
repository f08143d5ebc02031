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
constexpr const char* most_digits = "2000";

// Of the scales that amounts and rates usually have, the units are constants: to make one is ten times the work of
// adding it.
std::string usual_units(const std::string& value, const std::string& otherwise) {
    return "CASE scale(" + value + ") WHEN 0 THEN 1::numeric WHEN 1 THEN 1e18 WHEN 2 THEN 1e36 WHEN 3 THEN 1e54 " +
           "WHEN 4 THEN 1e72" + (otherwise.empty() ? "" : " ELSE " + otherwise) + " END";
}

std::string scale_unit(const std::string& value) {
    return usual_units(value, std::string("('1e' || ") + digits_per_scale + " * least(scale(" + value + "), " +
                                  most_digits + "))::numeric");
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
        const auto zero = zero_of(input.sum_type);
        result.push_back({"s" + number, input.sum_type, difference_of_sums(x, "sign > 0", "sign < 0", zero),
                          "coalesce(sum(" + x + "), " + zero + ")"});
    }
    if (input.scales) {
        const auto sum_of = [&](const std::string& unit) {
            return "coalesce(sum(" + unit + ") FILTER (WHERE scale(" + x + ") IS NOT NULL), 0)";
        };
        result.push_back({"sc" + number, "numeric", sum_of("sign * " + scale_unit(x)), sum_of(scale_unit(x)), true});
    }
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

std::string shown_sum(const Level& level, std::size_t input) {
    const auto number = std::to_string(input);
    const auto sum = "s" + number;
    if (!level.inputs[input].scales) {
        return sum;
    }
    const auto digits = "(length(sc" + number + "::text) - 1) / " + digits_per_scale;
    // It never has less digits than it shows. Mostly it has no more: then a summand with that many is there.
    return "CASE WHEN sc" + number + " >= " + usual_units(sum, "") + " THEN " + sum + " WHEN " + digits + " < " +
           most_digits + " THEN round(" + sum + ", " + digits + ") ELSE " + sum + " END";
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
