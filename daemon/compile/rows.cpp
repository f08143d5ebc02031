#include "rows.hpp"

#include <algorithm>

#include "freshet/compile/emit.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

std::string match_name(const query::Relation& relation) {
    return relation.alias + "_match";
}

std::string delta_name(const Level& level, const query::Relation& relation) {
    return "d" + std::to_string(level.source_of(relation.table).id);
}

std::string conjunction(const std::vector<std::string>& conditions) {
    std::vector<std::string> parts;
    std::transform(conditions.begin(), conditions.end(), std::back_inserter(parts),
                   [](const std::string& condition) { return "(" + condition + ")"; });
    return join(parts, " AND ");
}

std::string sign_of(const query::Arm& arm, const Term& term) {
    std::vector<std::string> factors;
    bool negative = true;  // (-1)^(|S|+1), and once more for each lost match
    for (std::size_t i = 0; i < term.size(); ++i) {
        if (term[i] == Reads::changes) {
            factors.push_back(arm.relations[i].alias + ".freshet_sign");
            negative = !negative;
        } else if (term[i] == Reads::lost) {
            factors.push_back(match_name(arm.relations[i]) + ".freshet_sign");
        }
    }
    if (negative) {
        factors.emplace_back("-1");
    }
    return join(factors, " * ");
}

std::string inner_relation(const Level& level, const query::Relation& relation, Reads reads) {
    return (reads == Reads::now ? relation.table.quoted() : delta_name(level, relation)) + " AS " + relation.alias;
}

std::string lookup(const Level& level, const query::Relation& relation, Reads reads) {
    const auto found = conjunction(relation.lookup_conditions);
    const auto table = relation.table.quoted() + " AS " + relation.alias;
    switch (reads) {
        case Reads::now:
            return "LEFT JOIN " + table + " ON " + found;
        case Reads::changes:
            return "JOIN " + delta_name(level, relation) + " AS " + relation.alias + " ON " + found;
        case Reads::lost:
            // The join that never finds anything gives the NULLs their types and collations.
            return "JOIN LATERAL (SELECT " + relation.alias + ".freshet_sign FROM " + delta_name(level, relation) +
                   " AS " + relation.alias + " WHERE " + found + ") AS " + match_name(relation) +
                   " ON true\n    LEFT JOIN " + table + " ON false";
    }
    throw std::logic_error("unknown reading");
}

// `first` is joined before the relations of the arm; empty for none.
std::string from_clause(const Level& level, const query::Arm& arm, const Term& term, const std::string& first) {
    std::vector<std::string> inner;
    std::vector<std::string> lookups;
    if (!first.empty()) {
        inner.push_back(first);
    }
    for (std::size_t i = 0; i < arm.relations.size(); ++i) {
        const auto& relation = arm.relations[i];
        if (relation.is_lookup()) {
            lookups.push_back(lookup(level, relation, term[i]));
        } else {
            inner.push_back(inner_relation(level, relation, term[i]));
        }
    }
    // A comma binds less than JOIN: behind it, the lookup's conditions could not read what stands before it.
    auto text = join(inner, lookups.empty() ? ", " : " CROSS JOIN ");
    append(text, "\n    ", join(lookups, "\n    "));
    return text;
}

std::vector<std::string> input_columns(const query::Arm& arm) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < arm.inputs.size(); ++i) {
        columns.push_back("(" + arm.inputs[i] + ") AS x" + std::to_string(i));
    }
    return columns;
}

std::vector<std::string> row_columns(const query::Arm& arm) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < arm.keys.size(); ++i) {
        columns.push_back("(" + arm.keys[i] + ") AS " + key_name(i));
    }
    const auto inputs = input_columns(arm);
    columns.insert(columns.end(), inputs.begin(), inputs.end());
    return columns;
}

std::string select(const std::vector<std::string>& columns, const std::string& from, const std::string& where) {
    auto text = "SELECT " + join(columns, ", ") + "\n    FROM " + from;
    append(text, "\n    WHERE ", where);
    return text;
}

Term nothing_changed(const query::Arm& arm) {
    return Term(arm.relations.size(), Reads::now);
}

// Where a key of the group may be NULL, equality finds the one half of the groups and IS NULL the other, each by an
// index: a join on both at once could use none, nor hashing.
constexpr std::size_t most_split_keys = 2;

std::string equal_key(const Level& level, const query::Arm& arm, std::size_t index) {
    return comparison("(" + arm.keys[index] + ")", "=", "dirty." + key_name(index), level.keys[index].type);
}

std::string null_key(const query::Arm& arm, std::size_t index) {
    return "(" + arm.keys[index] + ") IS NULL AND dirty." + key_name(index) + " IS NULL";
}

using Conditions = std::vector<std::string>;

// Adds `condition` to each of them.
std::vector<Conditions> with(std::vector<Conditions> variants, const std::string& condition) {
    for (auto& variant : variants) {
        variant.push_back(condition);
    }
    return variants;
}

// One condition for each key, in all combinations of the split ones. No row may be found by two of them: it would count
// twice.
std::vector<Conditions> key_matches(const Level& level, const query::Arm& arm) {
    std::vector<Conditions> variants{{}};
    std::size_t split = 0;
    for (std::size_t i = 0; i < arm.keys.size(); ++i) {
        const auto equal = equal_key(level, arm, i);
        if (!level.keys[i].nullable || finds_nulls_equal(level.keys[i].type)) {
            variants = with(std::move(variants), equal);
        } else if (split++ < most_split_keys) {
            const auto nulls = with(variants, null_key(arm, i));
            variants = with(std::move(variants), equal);
            variants.insert(variants.end(), nulls.begin(), nulls.end());
        } else {
            variants = with(std::move(variants), "(" + equal + " OR (" + null_key(arm, i) + "))");
        }
    }
    return variants;
}

}  // namespace

std::string within_horizon(const Level& level, const std::string& alias, int parameter) {
    const auto index = static_cast<std::size_t>(level.retention_key);
    const auto column = alias + "." + key_name(index);
    // A horizon that was never set is NULL and keeps everything.
    const auto horizon = "$" + std::to_string(parameter) + "::" + level.keys[index].type;
    return "(" + column + " IS NULL OR " + horizon + " IS NULL OR " +
           comparison(column, ">=", horizon, level.keys[index].type) + ")";
}

std::vector<Term> fold_terms(const Level& level, const query::Arm& arm, const std::set<int>& changed_sources) {
    std::vector<Term> terms{nothing_changed(arm)};
    for (std::size_t i = 0; i < arm.relations.size(); ++i) {
        const auto& relation = arm.relations[i];
        if (!changed_sources.contains(level.source_of(relation.table).id)) {
            continue;
        }
        const auto before = terms;
        for (auto term : before) {
            term[i] = Reads::changes;
            terms.push_back(term);
            if (relation.is_lookup()) {
                term[i] = Reads::lost;
                terms.push_back(std::move(term));
            }
        }
    }
    terms.erase(terms.begin());
    return terms;
}

std::string term_select(const Level& level, const query::Arm& arm, const Term& term) {
    auto columns = row_columns(arm);
    columns.insert(columns.begin(), "(" + sign_of(arm, term) + ")::integer AS sign");
    return select(columns, from_clause(level, arm, term, ""), conjunction(arm.conditions));
}

std::string rows_sql(const Level& level) {
    std::vector<std::string> arms;
    for (const auto& arm : level.arms) {
        arms.push_back(
            select(row_columns(arm), from_clause(level, arm, nothing_changed(arm), ""), conjunction(arm.conditions)));
    }
    return join(arms, "\n  UNION ALL\n    ");
}

std::string rows_of_groups(const Level& level) {
    std::vector<std::string> selects;
    for (const auto& arm : level.arms) {
        auto columns = input_columns(arm);
        columns.insert(columns.begin(), "dirty.ctid AS id");
        const auto from = from_clause(level, arm, nothing_changed(arm), state_table(level) + " AS dirty");
        for (const auto& matches : key_matches(level, arm)) {
            auto where = conjunction(arm.conditions);
            append(where, " AND ", "dirty.ctid = ANY ($1::tid[]) AND " + join(matches, " AND "));
            selects.push_back(select(columns, from, where));
        }
    }
    return join(selects, "\n  UNION ALL\n    ");
}

}  // namespace freshet::compile
