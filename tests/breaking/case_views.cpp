// A view's query as text, from what is left of it.
#include <algorithm>

#include "case.hpp"

namespace freshet::breaking {

namespace {

// A column of a SELECT.
struct Shown {
    std::string text;
    std::string name;
    Family family = Family::integer;
    bool key = false;
};
using Columns = std::vector<Shown>;

std::string where(const Case& one, const std::string& keyword, const std::vector<Piece>& conditions) {
    std::vector<std::string> kept;
    for (const auto& condition : conditions) {
        if (one.makes_sense(condition)) {
            kept.push_back("(" + condition.text + ")");
        }
    }
    return kept.empty() ? "" : keyword + joined(kept, " AND ");
}

std::string list_of(const Columns& columns) {
    std::vector<std::string> parts;
    for (const auto& column : columns) {
        parts.push_back(column.text + " AS " + quote(column.name));
    }
    return joined(parts, ", ");
}

// --- groups
// -----------------------------------------------------------------------------------------------------------

std::string arm_select(const Case& one, const Arm& arm) {
    std::vector<std::string> slots;
    for (std::size_t i = 0; i < arm.slots.size(); ++i) {
        slots.push_back(arm.slots[i].text + " AS c" + std::to_string(i));
    }
    return "SELECT " + joined(slots, ", ") + " FROM " + arm.from.text + where(one, " WHERE ", arm.conditions);
}

std::string with_clause(const Arm& arm) {
    std::vector<std::string> queries;
    for (const auto& [name, rows] : arm.with) {
        queries.push_back(name + " AS (" + rows.text + ")");
    }
    return queries.empty() ? "" : "WITH " + joined(queries, ", ") + " ";
}

std::string from_and_where(const Case& one, const Level& level) {
    if (level.arms.size() == 1 && level.arms.front().slots.empty()) {
        const auto& arm = level.arms.front();
        return arm.from.text + where(one, " WHERE ", arm.conditions);
    }
    std::vector<std::string> arms;
    for (const auto& arm : level.arms) {
        if (!arm.gone) {
            const auto with = with_clause(arm);
            arms.push_back(with.empty() ? arm_select(one, arm) : "(" + with + arm_select(one, arm) + ")");
        }
    }
    return "(" + joined(arms, " UNION ALL ") + ") AS f";
}

Columns columns_of(const Case& one, const Level& level) {
    Columns columns;
    for (const auto& key : level.keys) {
        columns.push_back({key.piece.text, key.name, key.family, true});
    }
    for (const auto& aggregate : level.aggregates) {
        if (one.makes_sense(aggregate.piece)) {
            columns.push_back({aggregate.piece.text, aggregate.name, aggregate.family});
        }
    }
    return columns;
}

bool stands(const Level& level) {
    return std::any_of(level.arms.begin(), level.arms.end(), [](const Arm& arm) { return !arm.gone; });
}

std::string level_select(const Case& one, const Level& level, const Columns& columns) {
    const bool single = level.arms.size() == 1 && level.arms.front().slots.empty();
    auto text = (single ? with_clause(level.arms.front()) : "") + "SELECT " + (level.distinct ? "DISTINCT " : "") +
                list_of(columns) + " FROM " + from_and_where(one, level);
    std::vector<std::string> keys;
    for (const auto& key : level.keys) {
        keys.push_back(key.piece.text);
    }
    text += keys.empty() || level.distinct ? "" : " GROUP BY " + joined(keys, ", ");
    return text + where(one, " HAVING ", level.having);
}

// --- above the groups
// -------------------------------------------------------------------------------------------------

// The columns as the relation shows them to what reads it.
Columns read_from(const std::string& relation, const Columns& columns) {
    Columns read = columns;
    for (auto& column : read) {
        column.text = relation + "." + quote(column.name);
    }
    return read;
}

Columns of_kind(const Columns& columns, bool key) {
    Columns found;
    std::copy_if(columns.begin(), columns.end(), std::back_inserter(found),
                 [&](const Shown& one) { return one.key == key; });
    return found;
}

std::string texts(const Columns& columns) {
    std::vector<std::string> parts;
    for (const auto& column : columns) {
        parts.push_back(column.text);
    }
    return joined(parts, ", ");
}

// Nothing if there is no order that decides: the groups have no keys, or no aggregate is left.
std::optional<Shown> window_column(const Window& window, const Columns& columns) {
    const auto keys = of_kind(columns, true);
    const auto others = of_kind(columns, false);
    if (keys.empty() || others.empty()) {
        return std::nullopt;
    }
    const auto& value = others[window.column % others.size()];
    if (value.family == Family::inexact) {
        return std::nullopt;
    }
    const auto partition = window.partitioned ? "PARTITION BY " + keys.front().text : std::string();
    const auto order = " ORDER BY (" + value.text + ") DESC NULLS LAST, " + texts(keys);
    const bool number = value.family == Family::integer;
    switch (window.kind) {
        case Window::Kind::rank:
            return Shown{"rank() OVER (" + partition + " ORDER BY (" + value.text + "))", window.name};
        case Window::Kind::row_number:
            return Shown{"row_number() OVER (" + partition + order + ")", window.name};
        case Window::Kind::total:
            return Shown{(number ? "sum(" : "count(") + value.text + ") OVER (" + partition + ")", window.name};
        case Window::Kind::running:
            return Shown{(number ? "sum((" : "count((") + value.text + ")) OVER (" + partition + order + ")",
                         window.name};
        case Window::Kind::before:
            return Shown{"lag(" + value.text + ") OVER (" + partition + " ORDER BY " + texts(keys) + ")", window.name,
                         value.family};
    }
    return std::nullopt;
}

void add_windows(const View& view, const Columns& over, Columns& columns) {
    for (const auto& window : view.windows) {
        if (auto column = window_column(window, over)) {
            columns.push_back(std::move(*column));
        }
    }
}

// Of rows that `keys` tell apart.
std::string limited(const View& view, const Columns& keys) {
    return view.limit == 0 || keys.empty()
               ? ""
               : " ORDER BY " + texts(keys) + " LIMIT " + std::to_string(view.limit) + " OFFSET 1";
}

std::string filtered(const View& view, const Columns& columns) {
    std::vector<std::string> conditions;
    for (const auto filter : view.filters) {
        if (filter < columns.size()) {
            const auto& column = columns[filter];
            conditions.push_back(column.text + (column.family == Family::integer ? " >= 1" : " IS NOT NULL"));
        }
    }
    return conditions.empty() ? "" : " WHERE " + joined(conditions, " AND ");
}

struct Query {
    Columns columns;
    std::string text;
};

// A query without the last of its columns, which is no key.
void apply(int variant, Columns& columns) {
    if (variant == 1 && columns.size() > 1 && !columns.back().key) {
        columns.pop_back();
    }
}

Query over_nothing(const Case& one, const View& view, int variant) {
    const auto& level = view.levels.front();
    auto columns = columns_of(one, level);
    const auto groups = columns;
    add_windows(view, groups, columns);
    apply(variant, columns);
    return {columns, level_select(one, level, columns) + limited(view, of_kind(groups, true))};
}

std::string name_of_stored(const View& view) {
    return "public." + quote("groups of " + view.name);
}

std::string groups_below(const Case& one, const View& view, const Columns& groups) {
    return view.stored ? name_of_stored(view) : "(" + level_select(one, view.levels.front(), groups) + ")";
}

Query select_above(const Case& one, const View& view, int variant) {
    const auto groups = columns_of(one, view.levels.front());
    const auto read = read_from("s", groups);
    auto columns = read;
    for (const auto& column : of_kind(read, false)) {
        if (column.family == Family::integer) {
            columns.push_back({column.text + "::numeric * 3 - 1", "more", Family::integer});
            break;
        }
    }
    add_windows(view, read, columns);
    apply(variant, columns);
    return {columns, "SELECT " + list_of(columns) + " FROM " + groups_below(one, view, groups) + " AS s" +
                         filtered(view, read) + limited(view, of_kind(read, true))};
}

Query groups_above(const Case& one, const View& view, int variant) {
    const auto groups = columns_of(one, view.levels.front());
    const auto read = read_from("s", groups);
    Columns columns{read.front(), {"count(*)", "rows", Family::integer}};
    for (const auto& column : of_kind(read, false)) {
        const bool number = column.family == Family::integer;
        columns.push_back({(number ? "sum(" : "count(") + column.text + ")", "of " + column.name, Family::integer});
    }
    apply(variant, columns);
    return {columns, "SELECT " + list_of(columns) + " FROM " + groups_below(one, view, groups) + " AS s" +
                         filtered(view, read) + " GROUP BY " + read.front().text + limited(view, {read.front()})};
}

Query join_above(const Case& one, const View& view, int variant) {
    const auto left = columns_of(one, view.levels[0]);
    const auto right = columns_of(one, view.levels[1]);
    const bool keyed = left.front().key && right.front().key;
    auto columns = read_from("l", left);
    const auto more = read_from("r", right);
    columns.insert(columns.end(), more.begin(), more.end());
    const auto read = columns;
    if (keyed) {
        columns.front().text = "coalesce(" + columns.front().text + ", " + more.front().text + ")";
    }
    apply(variant, columns);
    return {columns, "WITH l AS (" + level_select(one, view.levels[0], left) + "), r AS (" +
                         level_select(one, view.levels[1], right) + ") SELECT " + list_of(columns) + " FROM l " +
                         (keyed ? "FULL JOIN r ON " + read.front().text + " = " + more.front().text : "CROSS JOIN r") +
                         filtered(view, read)};
}

Query replaced_by_key(const ByKey& rows, int variant) {
    Columns columns;
    for (const auto& output : rows.columns) {
        columns.push_back({output.piece.text, output.name, output.family, columns.empty()});
    }
    apply(variant, columns);
    return {columns, "SELECT " + list_of(columns) + " " + rows.rest.text};
}

std::optional<Query> rendered(const Case& one, const View& view, int variant) {
    const auto below = views_below(view);
    if (std::any_of(below.begin(), below.end(), [&](std::size_t i) { return !rendered(one, one.views[i], 0); })) {
        return std::nullopt;
    }
    if (view.by_key) {
        return view.gone || !one.makes_sense(view.by_key->rest) ? std::nullopt
                                                                : std::optional(replaced_by_key(*view.by_key, variant));
    }
    const auto is_something = [&](const Level& level) { return stands(level) && !columns_of(one, level).empty(); };
    if (view.gone || !std::all_of(view.levels.begin(), view.levels.end(), is_something)) {
        return std::nullopt;
    }
    switch (view.above) {
        case Above::nothing:
            return over_nothing(one, view, variant);
        case Above::select:
            return select_above(one, view, variant);
        case Above::groups:
            return groups_above(one, view, variant);
        case Above::join:
            return join_above(one, view, variant);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> query_of(const Case& one, const View& view, int variant) {
    const auto query = rendered(one, view, variant);
    return query ? std::optional(query->text) : std::nullopt;
}

std::set<std::size_t> views_below(const View& view) {
    auto below = view.by_key ? view.by_key->views : std::set<std::size_t>{};
    for (const auto& level : view.levels) {
        for (const auto& arm : level.arms) {
            if (!arm.gone) {
                below.insert(arm.views.begin(), arm.views.end());
            }
        }
    }
    return below;
}

std::optional<std::string> query_over_tables(const Case& one, const View& view, const std::vector<int>& variants) {
    const auto number = static_cast<std::size_t>(&view - one.views.data());
    auto query = query_of(one, view, variants[number]);
    for (const auto below : views_below(view)) {
        const auto& lower = one.views[below];
        const auto rows = query_over_tables(one, lower, variants);
        if (!query || !rows) {
            return std::nullopt;
        }
        const auto name = lower.quoted() + " AS ";
        const auto in_place =
            "(SELECT * FROM (" + *rows + ") AS q" + (lower.keep.empty() ? "" : " WHERE " + kept(lower)) + ") AS ";
        for (auto at = query->find(name); at != std::string::npos; at = query->find(name, at + in_place.size())) {
            query->replace(at, name.size(), in_place);
        }
    }
    return query;
}

std::string kept(const View& view) {
    const auto day = "q." + quote(view.levels.front().keys.front().name);
    return "(" + day + " IS NULL OR " + day + " >= (pg_catalog.now() AT TIME ZONE 'UTC')::date - interval '" +
           view.keep + "')";
}

std::vector<std::string> images_of(const Case& one, const View& view, int variant) {
    std::vector<std::string> images;
    if (const auto query = rendered(one, view, variant)) {
        for (const auto& column : query->columns) {
            images.push_back(image_of(column.family, "q." + quote(column.name)));
        }
    }
    return images;
}

bool is_exact(const Case& one, const View& view, int variant) {
    const auto query = rendered(one, view, variant);
    return !query || std::none_of(query->columns.begin(), query->columns.end(),
                                  [](const Shown& column) { return column.family == Family::inexact; });
}

std::optional<std::string> stored_groups(const Case& one, const View& view) {
    if (!view.stored || !rendered(one, view, 0)) {
        return std::nullopt;
    }
    const auto& level = view.levels.front();
    return "CREATE VIEW " + name_of_stored(view) + " AS " + level_select(one, level, columns_of(one, level));
}

}  // namespace freshet::breaking
