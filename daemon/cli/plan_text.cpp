#include "freshet/cli/plan_text.hpp"

#include "freshet/catalog/chain.hpp"
#include "freshet/cli/format.hpp"
#include "freshet/cli/table.hpp"

namespace freshet::cli {

namespace {

using install::Action;

struct Totals {
    int create = 0;
    int change = 0;
    int drop = 0;

    void add(Action action) {
        create += action == Action::create ? 1 : 0;
        change += action == Action::rebuild ? 1 : 0;
        drop += action == Action::drop ? 1 : 0;
    }
};

Totals totals_of(const install::Plan& plan) {
    Totals totals;
    for (const auto& view : plan.views) totals.add(view.action);
    for (const auto& source : plan.sources) totals.add(source.action);
    return totals;
}

Style style_of(Action action) {
    switch (action) {
        case Action::keep:
            return Style::faint;
        case Action::create:
            return Style::good;
        case Action::rebuild:
            return Style::warning;
        case Action::drop:
            return Style::bad;
    }
    return Style::plain;
}

Cell action_cell(Action action) {
    return {std::string(install::name_of(action)), style_of(action)};
}

std::string_view past_tense(Action action) {
    switch (action) {
        case Action::keep:
            return "kept";
        case Action::create:
            return "created";
        case Action::rebuild:
            return "rebuilt";
        case Action::drop:
            return "dropped";
    }
    return "";
}

std::string scope_of(const install::ViewPlan& view) {
    if (view.action != Action::create && view.action != Action::rebuild) return "";
    const auto rows = "reads about " + counted(view.estimated_rows, "row", "rows");
    return view.adopt ? rows + ", replaces the materialized view (--adopt)" : rows;
}

// What became of a view; of an adopted one, also how far the materialized view was behind.
std::string outcome_text(const install::ViewPlan& view) {
    const auto name = catalog::display_name(view.name);
    if (!view.adopt) return std::string(past_tense(view.action)) + " " + name;
    const auto text = "adopted " + name + ": proven equal to its query; ";
    if (!view.rows_that_differed) return text + "the materialized view was never populated";
    return text + (*view.rows_that_differed == 0
                       ? "so was the materialized view"
                       : "the materialized view differed by " + counted(*view.rows_that_differed, "row", "rows"));
}

// One reason goes into the table, more go below it.
std::string single_reason(const install::ViewPlan& view) {
    return view.reasons.size() == 1 ? view.reasons.front() : "";
}

std::string views_text(const install::Plan& plan, Colour colour) {
    Table table({{"action"}, {"view"}, {"strategy"}, {"work"}, {"why"}});
    for (const auto& view : plan.views) {
        table.add({action_cell(view.action), catalog::display_name(view.name),
                   std::string(catalog::name_of(view.strategy)), scope_of(view), single_reason(view)});
    }
    return table.text(colour);
}

std::string bullets_text(const install::ViewPlan& view) {
    std::string text;
    if (view.reasons.size() > 1) {
        for (const auto& reason : view.reasons) text += "  - " + reason + "\n";
    }
    for (const auto& note : view.notes) text += "  - " + note + "\n";
    for (const auto& name : view.reads) text += "  - reads the view " + catalog::display_name(name) + "\n";
    return text;
}

std::string details_text(const install::Plan& plan, Explained which, Colour colour) {
    std::string text;
    for (const auto& view : plan.views) {
        auto details = bullets_text(view);
        if (is_explained(view, which)) details += clauses_text(view, colour);
        if (details.empty()) continue;
        text += "\n" + paint(catalog::display_name(view.name), Style::bold, colour) + "\n" + details;
    }
    return text;
}

// The state of a view is said by the view's name.
std::string source_text(const install::Plan& plan, const sql::QualifiedName& table) {
    for (const auto& view : plan.views) {
        if (catalog::view_of_state(table) == view.id) return "the view " + catalog::display_name(view.name);
    }
    return table.display();
}

std::string sources_text(const install::Plan& plan, Colour colour) {
    Table table({{"action"}, {"source table"}});
    for (const auto& source : plan.sources) table.add({action_cell(source.action), source_text(plan, source.table)});
    return table.text(colour);
}

std::string events_text(const install::Plan& plan, Colour colour) {
    Table table({{"event"}, {"source table"}, {"when"}});
    for (const auto& event : plan.events) table.add({event.name, event.table.display(), first_line(event.predicate)});
    return table.text(colour);
}

// The last line may end in a comment, which would swallow the semicolon.
std::string terminated(const std::string& statement) {
    const auto end = statement.find_last_not_of(" \t\r\n;");
    std::string text = statement.substr(0, end == std::string::npos ? 0 : end + 1);
    const auto last_line = text.rfind('\n');
    const bool comment = text.find("--", last_line == std::string::npos ? 0 : last_line) != std::string::npos;
    return text + (comment ? "\n;\n" : ";\n");
}

Json names_json(const std::vector<sql::QualifiedName>& names) {
    Json list = Json::array();
    for (const auto& name : names) list.push_back(catalog::display_name(name));
    return list;
}

Json view_json(const install::ViewPlan& view) {
    return {{"name", catalog::display_name(view.name)},
            {"action", install::name_of(view.action)},
            {"strategy", catalog::name_of(view.strategy)},
            {"reasons", view.reasons},
            {"reads", names_json(view.reads)},
            {"adopt", view.adopt},
            {"notes", view.notes},
            {"clauses", clauses_json(view)},
            {"rows_that_differed", view.rows_that_differed ? Json(*view.rows_that_differed) : Json()},
            {"estimated_rows", view.estimated_rows}};
}

}  // namespace

std::string plan_summary(const install::Plan& plan) {
    const auto totals = totals_of(plan);
    std::string text = std::to_string(totals.create) + " to create, " + std::to_string(totals.change) + " to change, " +
                       std::to_string(totals.drop) + " to drop";
    if (plan.create_schema) text += "; the schema freshet will be created";
    if (plan.events_changed) text += "; events will be updated";
    return text;
}

std::string plan_text(const install::Plan& plan, Colour colour, const PlanSections& sections) {
    std::string text;
    if (!plan.views.empty()) text += views_text(plan, colour) + details_text(plan, sections.explained, colour) + "\n";
    if (!plan.sources.empty()) text += sources_text(plan, colour) + "\n";
    if (!plan.events.empty()) text += events_text(plan, colour) + "\n";
    for (const auto& section : sections.more) {
        if (!section.empty()) text += section + "\n";
    }
    return text + plan_summary(plan) + "\n";
}

std::string done_text(const install::Plan& plan) {
    const auto totals = totals_of(plan);
    std::string text;
    for (const auto& view : plan.views) {
        if (view.action == Action::keep) continue;
        text += outcome_text(view) + "\n";
        for (const auto& note : view.notes) text += "  - " + note + "\n";
    }
    return text + "done: " + std::to_string(totals.create) + " created, " + std::to_string(totals.change) +
           " changed, " + std::to_string(totals.drop) + " dropped\n";
}

std::string plan_script(const install::Plan& plan) {
    std::string text = "-- " + plan_summary(plan) + "\n";
    for (const auto& statement : plan.statements()) text += terminated(statement);
    return text;
}

Json plan_json(const install::Plan& plan, Statements statements) {
    const auto totals = totals_of(plan);
    Json views = Json::array();
    for (const auto& view : plan.views) views.push_back(view_json(view));
    Json sources = Json::array();
    for (const auto& source : plan.sources) {
        sources.push_back({{"table", source.table.display()}, {"action", install::name_of(source.action)}});
    }
    Json events = Json::array();
    for (const auto& event : plan.events) {
        events.push_back({{"name", event.name}, {"table", event.table.display()}, {"when", event.predicate}});
    }
    Json document = {{"has_changes", plan.has_changes()},
                     {"create", totals.create},
                     {"change", totals.change},
                     {"drop", totals.drop},
                     {"views", views},
                     {"sources", sources},
                     {"events", events}};
    if (statements == Statements::include) document["statements"] = plan.statements();
    return document;
}

}  // namespace freshet::cli
