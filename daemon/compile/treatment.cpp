#include "freshet/compile/treatment.hpp"

#include <algorithm>
#include <set>

#include "freshet/query/clauses.hpp"
#include "level_words.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

using query::AggregateKind;

constexpr const char* captured = "changes are captured by triggers";

class Explainer {
  public:
    explicit Explainer(const Program& program) : program_(program) {}

    std::vector<ClauseTreatment> all() {
        for (const auto& level : program_.levels) {
            explain_level(level);
        }
        explain_above();
        explain_refreshed_at();
        return std::move(clauses_);
    }

  private:
    void explain_level(const Level& level);
    void explain_arm(const query::Arm& arm);
    void explain_condition(const ArmWords& words, const query::Arm& arm, const std::string& condition);
    void explain_keys(const LevelWords& words, const Level& level);
    void explain_aggregates(const LevelWords& words, const Level& level);
    void explain_outputs(const LevelWords& words, const Level& level);
    void explain_above();
    void explain_refreshed_at();
    bool filters_the_log(const query::Relation& relation, const std::string& condition) const;
    void add(std::string clause, Treatment treatment, std::string how);

    const Program& program_;
    std::vector<ClauseTreatment> clauses_;
};

void Explainer::add(std::string clause, Treatment treatment, std::string how) {
    ClauseTreatment one{std::move(clause), treatment, std::move(how)};
    if (std::find(clauses_.begin(), clauses_.end(), one) == clauses_.end()) {
        clauses_.push_back(std::move(one));
    }
}

void Explainer::explain_level(const Level& level) {
    for (const auto& arm : level.arms) {
        explain_arm(arm);
    }
    if (level.arms.size() > 1) {
        add("UNION ALL of " + std::to_string(level.arms.size()) + " SELECTs", Treatment::incremental,
            "their rows are added up in the same groups");
    }
    const LevelWords words(level);
    explain_keys(words, level);
    explain_aggregates(words, level);
    explain_outputs(words, level);
    if (!level.having.empty()) {
        add("HAVING " + words.say(level.having), Treatment::on_read, "over the groups");
    }
}

// Each condition on several tables is shown with the last of them.
void Explainer::explain_arm(const query::Arm& arm) {
    const ArmWords words(arm);
    for (std::size_t i = 0; i < arm.relations.size(); ++i) {
        const auto& relation = arm.relations[i];
        auto clause = words.table(i);
        if (relation.is_lookup()) {
            std::vector<std::string> found;
            for (const auto& condition : relation.lookup_conditions) {
                found.push_back(words.say(condition));
            }
            add("LEFT JOIN " + clause + " ON " + join(found, " AND "), Treatment::incremental,
                "looked up by its unique key (" + join(relation.lookup_key, ", ") + "); " + captured);
            continue;
        }
        std::vector<std::string> joined;
        for (const auto& condition : arm.conditions) {
            const auto mentioned = words.relations_in(condition);
            if (mentioned.size() > 1 && *mentioned.rbegin() == i) {
                joined.push_back(words.say(condition));
            }
        }
        append(clause, " ON ", join(joined, " AND "));
        add((i == 0 ? "FROM " : joined.empty() ? "CROSS JOIN " : "JOIN ") + clause, Treatment::incremental, captured);
    }
    for (const auto& condition : arm.conditions) {
        explain_condition(words, arm, condition);
    }
}

void Explainer::explain_condition(const ArmWords& words, const query::Arm& arm, const std::string& condition) {
    const auto mentioned = words.relations_in(condition);
    const bool with_lookup = std::any_of(mentioned.begin(), mentioned.end(),
                                         [&](std::size_t index) { return arm.relations[index].is_lookup(); });
    if (mentioned.size() > 1 && !with_lookup) {
        return;  // told with its join
    }
    const bool filters = mentioned.size() == 1 && filters_the_log(arm.relations[*mentioned.begin()], condition);
    add("WHERE " + words.say(condition), Treatment::incremental,
        filters ? "checked in the writer's statement, so that rows without it are not logged for this view"
                : "checked when changes are folded in");
}

// Whether a row of the table that fails the condition stays out of the log, as far as this view goes.
bool Explainer::filters_the_log(const query::Relation& relation, const std::string& condition) const {
    const auto in_trigger =
        query::in_words(condition, [&](const std::vector<std::string>& parts) -> std::optional<std::string> {
            return parts.size() == 2 ? std::optional("r." + sql::quote(parts.back())) : std::nullopt;
        });
    const auto& own = relation.capture_conditions;
    const auto occurrences = program_.occurrences_of(relation.table);
    return std::find(own.begin(), own.end(), in_trigger) != own.end() &&
           std::none_of(occurrences.begin(), occurrences.end(),
                        [](const query::Relation* one) { return one->capture_conditions.empty(); });
}

void Explainer::explain_keys(const LevelWords& words, const Level& level) {
    if (level.total) {
        add("no GROUP BY", Treatment::incremental, "one row, also over nothing");
        return;
    }
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < level.keys.size(); ++i) {
        keys.push_back(words.key(i));
    }
    add((level.aggregates.empty() ? "DISTINCT or GROUP BY " : "GROUP BY ") + join(keys, ", "), Treatment::incremental,
        "one row of the state for each group, found by a unique index");
}

std::string how(const Level& level, const query::Aggregate& aggregate) {
    switch (aggregate.kind) {
        case AggregateKind::count_rows:
        case AggregateKind::count:
            return "counted up and down";
        case AggregateKind::sum:
        case AggregateKind::avg: {
            const auto& input = level.inputs[static_cast<std::size_t>(aggregate.input)];
            const std::string text = "added and taken back exactly";
            const bool numeric = input.sum_type == "numeric" && input.column.type != "bigint";
            return numeric ? text + "; a NaN or an infinity makes its group be recomputed" : text;
        }
        case AggregateKind::count_distinct:
        case AggregateKind::sum_distinct:
        case AggregateKind::avg_distinct:
            return "with the values of its group and how often each occurs";
        case AggregateKind::min:
        case AggregateKind::max:
            return "with the values of its group, which have the next one when the outermost goes";
        case AggregateKind::recomputed:
            return "from all rows of each group with a changed row, in the same transaction";
    }
    return "";
}

void Explainer::explain_aggregates(const LevelWords& words, const Level& level) {
    for (const auto& name : words.boolean_aggregates()) {
        add(name, Treatment::incremental, "from the numbers of values and of true ones");
    }
    for (std::size_t i = 0; i < level.aggregates.size(); ++i) {
        const auto& aggregate = level.aggregates[i];
        if (!words.part_of_boolean(i)) {
            add(words.aggregate(i),
                aggregate.kind == AggregateKind::recomputed ? Treatment::recomputed : Treatment::incremental,
                how(level, aggregate));
        }
    }
}

void Explainer::explain_outputs(const LevelWords& words, const Level& level) {
    for (const auto& output : level.outputs) {
        if (output.kind == query::OutputKind::computed && words.computes(output.expression)) {
            add(words.say(output.expression) + " AS " + output.name, Treatment::on_read, "from the group's columns");
        }
    }
}

void Explainer::explain_above() {
    if (program_.above.empty()) {
        return;
    }
    auto text = program_.above;
    if (!program_.with.empty()) {
        text = "WITH " + join(program_.with, ", ") + " " + text;
    }
    std::vector<LevelWords> levels;
    for (const auto& level : program_.levels) {
        levels.emplace_back(level);
    }
    const auto meaning = [&](const std::vector<std::string>& parts) -> std::optional<std::string> {
        for (std::size_t i = 0; i < levels.size(); ++i) {
            if (parts.size() == 2 && parts.front() == query::level_relation(i)) {
                return levels[i].output(parts.back());
            }
        }
        return std::nullopt;
    };
    for (auto& clause : query::clauses(text, meaning)) {
        add(std::move(clause), Treatment::on_read, "over the groups");
    }
}

void Explainer::explain_refreshed_at() {
    for (const auto& column : program_.columns) {
        if (column.kind == query::OutputKind::refreshed_at) {
            add("CURRENT_TIMESTAMP AS " + column.name, Treatment::incremental,
                "the moment at which its group was last written");
        }
    }
}

}  // namespace

std::string_view name_of(Treatment treatment) {
    switch (treatment) {
        case Treatment::incremental:
            return "incremental";
        case Treatment::recomputed:
            return "recomputed";
        case Treatment::on_read:
            return "on read";
    }
    return "";
}

std::vector<ClauseTreatment> explain(const Program& program) {
    if (program.whole) {
        if (program.whole->keys.empty()) {
            return {{"the whole query", Treatment::recomputed, "whenever a view or a table that it reads changes"}};
        }
        std::string keys;
        for (const auto key : program.whole->keys) {
            append(keys, ", ", program.whole->columns[key].name);
        }
        return {{"the whole query", Treatment::recomputed, "for each " + keys + " that dirty_keys names"}};
    }
    return Explainer(program).all();
}

}  // namespace freshet::compile
