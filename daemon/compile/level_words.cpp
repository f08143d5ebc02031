#include "level_words.hpp"

#include <algorithm>
#include <regex>

#include "freshet/query/clauses.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

using Parts = std::vector<std::string>;

// The i of a generated name such as k<i>.
std::optional<std::size_t> number_in(const Parts& parts, char letter) {
    if (parts.size() != 1 || parts.front().size() < 2 || parts.front().front() != letter ||
        parts.front().find_first_not_of("0123456789", 1) != std::string::npos) {
        return std::nullopt;
    }
    return std::stoul(parts.front().substr(1));
}

bool is_null(const std::string& expression) {
    return expression.starts_with("NULL");
}

// query/outputs.cpp writes bool_and(x) and bool_or(x) so; here they become names that no column has.
const std::regex and_pattern("CASE WHEN a([0-9]+) > 0 THEN a[0-9]+ = a\\1 END");
const std::regex or_pattern("CASE WHEN a([0-9]+) > 0 THEN a[0-9]+ > 0 END");
const std::regex boolean_name("freshet_(and|or)\\.a[0-9]+");
constexpr std::string_view and_name = "freshet_and";
constexpr std::string_view or_name = "freshet_or";

std::string with_booleans(const std::string& expression) {
    const auto text = std::regex_replace(expression, and_pattern, std::string(and_name) + ".a$1");
    return std::regex_replace(text, or_pattern, std::string(or_name) + ".a$1");
}

std::string with_filter(const std::string& name, const std::string& argument) {
    const auto filter = query::filtered(argument);
    return filter ? name + filter->value + ") FILTER (WHERE " + filter->condition + ")" : name + argument + ")";
}

}  // namespace

ArmWords::ArmWords(const query::Arm& arm) : arm_(arm) {
    std::map<std::string, int> seen;
    for (const auto& relation : arm.relations) {
        const auto times = ++seen[relation.table.name];
        names_.push_back(times == 1 ? relation.table.name : relation.table.name + "_" + std::to_string(times));
    }
}

std::optional<std::size_t> ArmWords::index_of(const std::string& alias) const {
    for (std::size_t i = 0; i < arm_.relations.size(); ++i) {
        if (arm_.relations[i].alias == alias) {
            return i;
        }
    }
    return std::nullopt;
}

std::string ArmWords::table(std::size_t relation) const {
    const auto& table = arm_.relations[relation].table;
    return table.display() + (names_[relation] == table.name ? "" : " AS " + names_[relation]);
}

std::string ArmWords::say(const std::string& expression) const {
    return query::in_words(expression, [&](const Parts& parts) -> std::optional<std::string> {
        const auto index = parts.size() == 2 ? index_of(parts.front()) : std::nullopt;
        if (!index) {
            return std::nullopt;
        }
        const auto column = sql::quote(parts.back());
        return names_.size() == 1 ? column : sql::quote(names_[*index]) + "." + column;
    });
}

std::set<std::size_t> ArmWords::relations_in(const std::string& expression) const {
    std::set<std::size_t> found;
    query::in_words(expression, [&](const Parts& parts) -> std::optional<std::string> {
        if (const auto index = index_of(parts.front())) {
            found.insert(*index);
        }
        return std::nullopt;
    });
    return found;
}

LevelWords::LevelWords(const Level& level) : level_(level) {}

// Of several arms the output's name says it best; each arm has an expression of its own.
std::string LevelWords::key(std::size_t index) const {
    if (level_.arms.size() > 1) {
        const auto named = std::find_if(level_.outputs.rbegin(), level_.outputs.rend(), [&](const auto& output) {
            return output.kind == query::OutputKind::key && output.expression == key_name(index);
        });
        if (named != level_.outputs.rend()) {
            return named->name;
        }
    }
    const auto& arm = level_.arms.front();
    return ArmWords(arm).say(arm.keys[index]);
}

// Of several arms the first that has more than NULL for it.
std::string LevelWords::input(std::size_t index) const {
    const auto arm = std::find_if(level_.arms.begin(), level_.arms.end(),
                                  [&](const query::Arm& one) { return !is_null(one.inputs[index]); });
    const auto& chosen = arm == level_.arms.end() ? level_.arms.front() : *arm;
    return ArmWords(chosen).say(chosen.inputs[index]);
}

std::string LevelWords::aggregate(std::size_t index) const {
    using query::AggregateKind;
    static const std::map<AggregateKind, std::string> calls = {{AggregateKind::count, "count("},
                                                               {AggregateKind::sum, "sum("},
                                                               {AggregateKind::avg, "avg("},
                                                               {AggregateKind::min, "min("},
                                                               {AggregateKind::max, "max("},
                                                               {AggregateKind::count_distinct, "count(DISTINCT "},
                                                               {AggregateKind::sum_distinct, "sum(DISTINCT "},
                                                               {AggregateKind::avg_distinct, "avg(DISTINCT "}};
    const auto& aggregate = level_.aggregates[index];
    if (aggregate.kind == AggregateKind::count_rows) {
        return "count(*)";
    }
    if (aggregate.kind == AggregateKind::recomputed) {
        return query::in_words(aggregate.call, [&](const Parts& parts) -> std::optional<std::string> {
            const auto number = number_in(parts, 'x');
            return number ? std::optional(input(*number)) : std::nullopt;
        });
    }
    const auto text = with_filter(calls.at(aggregate.kind), input(static_cast<std::size_t>(aggregate.input)));
    return text.starts_with("count(1) FILTER") ? "count(*)" + text.substr(8) : text;
}

std::optional<std::string> LevelWords::meaning(const Parts& parts) const {
    if (parts.size() == 2) {
        return boolean(parts.front(), parts.back());
    }
    if (const auto number = number_in(parts, 'a'); number && *number < level_.aggregates.size()) {
        return aggregate(*number);
    }
    const auto number = number_in(parts, 'k');
    return number && *number < level_.keys.size() ? std::optional(key(*number)) : std::nullopt;
}

std::optional<std::string> LevelWords::boolean(const std::string& name, const std::string& counted) const {
    const auto number = number_in({counted}, 'a');
    if (!number || (name != and_name && name != or_name)) {
        return std::nullopt;
    }
    const auto argument = input(static_cast<std::size_t>(level_.aggregates[*number].input));
    return with_filter(name == and_name ? "bool_and(" : "bool_or(", argument);
}

std::string LevelWords::say(const std::string& expression) const {
    return query::in_words(with_booleans(expression), [this](const Parts& parts) { return meaning(parts); });
}

bool LevelWords::computes(const std::string& expression) const {
    static const std::regex plain("[ka][0-9]+");
    return !std::regex_match(expression, plain) && !std::regex_match(with_booleans(expression), boolean_name);
}

std::optional<std::string> LevelWords::output(const std::string& name) const {
    const auto found = std::find_if(level_.outputs.begin(), level_.outputs.end(),
                                    [&](const query::Output& one) { return one.name == name; });
    if (found == level_.outputs.end() || found->kind == query::OutputKind::refreshed_at) {
        return std::nullopt;
    }
    return say(found->expression);
}

std::vector<std::string> LevelWords::expressions() const {
    std::vector<std::string> all{level_.having};
    for (const auto& output : level_.outputs) {
        all.push_back(output.expression);
    }
    return all;
}

std::vector<std::string> LevelWords::boolean_aggregates() const {
    std::vector<std::string> all;
    for (const auto& expression : expressions()) {
        const auto text = with_booleans(expression);
        const std::sregex_iterator end;
        for (auto match = std::sregex_iterator(text.begin(), text.end(), boolean_name); match != end; ++match) {
            all.push_back(say(match->str()));
        }
    }
    return all;
}

bool LevelWords::part_of_boolean(std::size_t index) const {
    const std::regex name("\\ba" + std::to_string(index) + "\\b");
    bool used = false;
    for (const auto& expression : expressions()) {
        used = used || std::regex_search(expression, name);
        if (std::regex_search(std::regex_replace(with_booleans(expression), boolean_name, ""), name)) {
            return false;
        }
    }
    return used;
}

}  // namespace freshet::compile
