// What the plan says of an existing materialized view that a configured view is to replace.
#include "adoption.hpp"
#include "freshet/compile/emit.hpp"
#include "planner.hpp"

namespace freshet::install {

namespace {

std::vector<core::Fault> placed_at(std::vector<core::Fault> faults, const settings::Settings& settings,
                                   const settings::ViewSettings& view) {
    for (auto& fault : faults) {
        fault.file = settings.file;
        fault.line = view.line;
        fault.column = view.column;
        fault.message = "view " + view.name + ": " + fault.message;
    }
    return faults;
}

void index_like(const std::vector<Index>& indexes, ViewPlan& plan) {
    const auto translated = translate_indexes(plan.program, indexes, plan.create_statements);
    plan.create_statements.insert(std::prev(plan.create_statements.end()), translated.statements.begin(),
                                  translated.statements.end());
    plan.notes.insert(plan.notes.end(), translated.notes.begin(), translated.notes.end());
}

}  // namespace

asio::awaitable<settings::ViewSettings> Planner::with_query(settings::ViewSettings view, ViewPlan plan) {
    if (!view.query.empty() || view.strategy == settings::StrategyChoice::concurrent) {
        co_return view;
    }
    if (plan.present && catalog::keeps_state(plan.present->strategy)) {
        view.query = plan.present->definition;
        co_return view;
    }
    const auto legacy = co_await read_legacy(connection_, plan.name);
    if (!legacy || !legacy->relation.materialized) {
        throw core::Error("it has no query, and there is no materialized view of this name to take it from",
                          "add \"query\": \"<file>.sql\" or \"sql\": \"SELECT ...\"");
    }
    view.query = legacy->relation.definition;
    co_return view;
}

asio::awaitable<std::vector<catalog::Column>> Planner::adopted_columns(catalog::QueryText text, std::int64_t relation) {
    const auto wanted = co_await catalog::relation_columns(connection_, relation);
    const auto given = co_await catalog::query_columns(connection_, std::move(text));
    auto faults = column_faults(wanted, given);
    if (!faults.empty()) {
        throw core::Faults(std::move(faults));
    }
    co_return wanted;
}

asio::awaitable<void> Planner::plan_adoption(const settings::ViewSettings& view, ViewPlan& plan) {
    if (!catalog::keeps_state(plan.strategy)) {
        co_return;
    }
    if (!plan.adopt) {
        std::optional<Adoption> adoption;
        if (remembers_adoptions_) {
            adoption = co_await load_adoption(connection_, plan.name);
        }
        if (adoption) {
            index_like(adoption->relation.indexes, plan);
        }
        co_return;
    }
    const auto legacy = co_await read_legacy(connection_, plan.name);
    auto faults = obstacles(*legacy);
    try {
        catalog::QueryText text{view.query, settings_.file, plan.name.schema, plan.timezone};
        plan.columns = co_await adopted_columns(std::move(text), legacy->relation.oid);
    } catch (const core::Faults& differing) {
        faults.insert(faults.end(), differing.faults().begin(), differing.faults().end());
    }
    if (!faults.empty()) {
        throw core::Faults(placed_at(std::move(faults), settings_, view));
    }
    plan.notes = losses(*legacy);
    index_like(legacy->relation.indexes, plan);
    plan.handover = takeover_statements(plan, *legacy, compile::public_select(plan.program));
}

}  // namespace freshet::install
