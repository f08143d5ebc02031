#include "rows.hpp"

#include "text.hpp"

namespace freshet::compile {

namespace {

std::string delta_name(const Level& level, const query::Relation& relation) {
    return "d" + std::to_string(level.source_of(relation.table).id);
}

std::string sign_of(const query::Arm& arm, const std::set<std::size_t>& changed) {
    std::vector<std::string> factors;
    for (const auto index : changed) {
        factors.push_back(arm.relations[index].alias + ".freshet_sign");
    }
    if (changed.size() % 2 == 0) {
        factors.emplace_back("-1");
    }
    return join(factors, " * ");
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

std::string arm_select(const Level& level, const query::Arm& arm, const std::set<std::size_t>& changed) {
    std::vector<std::string> columns;
    if (!changed.empty()) {
        columns.push_back("(" + sign_of(arm, changed) + ")::integer AS sign");
    }
    for (std::size_t i = 0; i < arm.keys.size(); ++i) {
        columns.push_back("(" + arm.keys[i] + ") AS " + key_name(i));
    }
    for (std::size_t i = 0; i < arm.inputs.size(); ++i) {
        columns.push_back("(" + arm.inputs[i] + ") AS x" + std::to_string(i));
    }
    std::vector<std::string> from;
    for (std::size_t i = 0; i < arm.relations.size(); ++i) {
        const auto& relation = arm.relations[i];
        const auto table = changed.contains(i) ? delta_name(level, relation) : relation.table.quoted();
        from.push_back(table + " AS " + relation.alias);
    }
    std::string text = "SELECT " + join(columns, ", ");
    append(text, "\n    FROM ", join(from, ", "));
    std::vector<std::string> conditions;
    for (const auto& condition : arm.conditions) {
        conditions.push_back("(" + condition + ")");
    }
    append(text, "\n    WHERE ", join(conditions, " AND "));
    return text;
}

std::vector<std::set<std::size_t>> changed_subsets(const Level& level, const query::Arm& arm,
                                                   const std::set<int>& changed_sources) {
    std::vector<std::set<std::size_t>> subsets{{}};
    for (std::size_t i = 0; i < arm.relations.size(); ++i) {
        if (!changed_sources.contains(level.source_of(arm.relations[i].table).id)) {
            continue;
        }
        const auto without = subsets;
        for (auto subset : without) {
            subset.insert(i);
            subsets.push_back(std::move(subset));
        }
    }
    subsets.erase(subsets.begin());
    return subsets;
}

std::string rows_sql(const Level& level) {
    std::vector<std::string> arms;
    for (const auto& arm : level.arms) {
        arms.push_back(arm_select(level, arm, {}));
    }
    return join(arms, "\n  UNION ALL\n    ");
}

}  // namespace freshet::compile
