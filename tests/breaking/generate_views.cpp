// Views inside the incremental class, as far as it reaches.
#include <algorithm>

#include "generate.hpp"

namespace freshet::breaking {

namespace {

// A column that a clause may use.
struct Visible {
    Piece piece;
    const Type* type = nullptr;
};
using Scope = std::vector<Visible>;

Piece combine(std::string text, std::initializer_list<const Piece*> parts) {
    Piece piece{std::move(text), {}};
    for (const auto* part : parts) {
        piece.reads.insert(part->reads.begin(), part->reads.end());
    }
    return piece;
}

std::vector<const Visible*> of_kind(const Scope& scope, bool (*wanted)(Family)) {
    std::vector<const Visible*> found;
    for (const auto& one : scope) {
        if (wanted(one.type->family)) {
            found.push_back(&one);
        }
    }
    return found;
}

bool is_integer(Family family) {
    return family == Family::integer;
}
bool is_number(Family family) {
    return can_be_summed(family);
}
bool is_ordered(Family family) {
    return has_order(family);
}
bool any_family(Family) {
    return true;
}

std::string constant(Random& random, const Type& type) {
    return typed_literal(type, random.pick(type.usual));
}

Piece condition_on(Random& random, const Visible& one) {
    const auto& x = one.piece;
    switch (one.type->family) {
        case Family::truth:
            return combine(random.chance(50) ? x.text : x.text + " IS NOT TRUE", {&x});
        case Family::list:
        case Family::real:
            return combine(x.text + " IS NOT NULL", {&x});
        default:
            break;
    }
    switch (random.below(6)) {
        case 0:
            return combine(x.text + " IS NOT NULL", {&x});
        case 1:
            return combine(x.text + " IN (" + constant(random, *one.type) + ", " + constant(random, *one.type) + ")",
                           {&x});
        case 2:
            return combine(x.text + " IS DISTINCT FROM " + constant(random, *one.type), {&x});
        case 3:
            return combine(x.text + " <> " + constant(random, *one.type) + " OR " + x.text + " IS NULL", {&x});
        default:
            return has_order(one.type->family) ? combine(x.text + " >= " + constant(random, *one.type), {&x})
                                               : combine(x.text + " = " + constant(random, *one.type), {&x});
    }
}

Piece condition(Random& random, const Scope& scope) {
    const auto integers = of_kind(scope, is_integer);
    if (integers.size() > 1 && random.chance(15)) {
        const auto& left = random.pick(integers)->piece;
        const auto& right = random.pick(integers)->piece;
        return combine(left.text + " < " + right.text, {&left, &right});
    }
    return condition_on(random, scope[random.below(scope.size())]);
}

// --- FROM
// -------------------------------------------------------------------------------------------------------------

Scope columns_under(const Case& one, std::size_t table, const std::string& alias) {
    Scope scope;
    const auto& columns = one.tables[table].columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        scope.push_back({{alias + "." + quote(columns[i].name), {{table, i}}}, columns[i].type});
    }
    return scope;
}

std::set<ColumnId> reads_of(const Scope& scope) {
    std::set<ColumnId> reads;
    for (const auto& one : scope) {
        reads.insert(one.piece.reads.begin(), one.piece.reads.end());
    }
    return reads;
}

// (SELECT x AS y0, ... FROM table WHERE ...) AS alias: its FROM needs all the columns it lists.
Piece sub_select(Random& random, const Case& one, std::size_t table, const std::string& alias, Scope& scope) {
    const auto inner = columns_under(one, table, "i");
    std::string list;
    scope.clear();
    for (std::size_t i = 0; i < inner.size(); ++i) {
        const auto name = "y" + std::to_string(i);
        list += (i == 0 ? "" : ", ") + inner[i].piece.text + " AS " + name;
        scope.push_back({{alias + "." + name, inner[i].piece.reads}, inner[i].type});
    }
    const auto filter = condition(random, inner);
    return {"(SELECT " + list + " FROM " + one.tables[table].quoted() + " AS i WHERE " + filter.text + ") AS " + alias,
            reads_of(inner)};
}

Piece relation(Random& random, const Case& one, std::size_t table, const std::string& alias, Scope& scope) {
    if (random.chance(15)) {
        return sub_select(random, one, table, alias, scope);
    }
    scope = columns_under(one, table, alias);
    return {one.tables[table].quoted() + " AS " + alias, {}};
}

// How a new relation meets those before it: along a foreign key if there is one, or else by columns of one type.
Piece join_condition(Random& random, const Case& one, const Scope& before, const Scope& joined) {
    std::vector<Piece> along_keys;
    std::vector<Piece> alike;
    for (const auto& left : before) {
        for (const auto& right : joined) {
            const auto a = *left.piece.reads.begin();
            const auto b = *right.piece.reads.begin();
            const auto equal = combine(left.piece.text + " = " + right.piece.text, {&left.piece, &right.piece});
            const auto refers = [&](ColumnId from, ColumnId to) {
                const auto& reference = one.tables[from.table].reference;
                return reference && reference->column == from.column && reference->target == to.table &&
                       one.tables[to.table].key.front() == to.column;
            };
            if (refers(a, b) || refers(b, a)) {
                along_keys.push_back(equal);
            } else if (left.type == right.type && left.type->family != Family::list) {
                alike.push_back(equal);
            }
        }
    }
    if (!along_keys.empty() && random.chance(80)) {
        return random.pick(along_keys);
    }
    return alike.empty() ? Piece{"true", {}} : random.pick(alike);
}

Piece generate_from(Random& random, Flavour flavour, const Case& one, Scope& scope, std::set<std::size_t>& tables) {
    const auto next_table = [&] { return *tables.insert(random.below(one.tables.size())).first; };
    const auto wanted = flavour == Flavour::joins       ? random.between(2, 3)
                        : flavour == Flavour::retention ? 1
                                                        : std::vector<std::size_t>{1, 1, 1, 2, 2, 3}[random.below(6)];
    Piece from = relation(random, one, next_table(), "a", scope);
    for (std::size_t i = 1; i < wanted; ++i) {
        Scope joined;
        const std::string alias(1, static_cast<char>('a' + i));
        const auto next = relation(random, one, next_table(), alias, joined);
        const auto on = join_condition(random, one, scope, joined);
        from = combine(from.text + " JOIN " + next.text + " ON " + on.text, {&from, &next, &on});
        scope.insert(scope.end(), joined.begin(), joined.end());
    }
    return from;
}

// --- UNION ALL
// --------------------------------------------------------------------------------------------------------

// The second arm has what the first has; where it has nothing alike, NULL.
Piece slot_like(Random& random, const Scope& scope, const Type& type) {
    std::vector<Piece> alike;
    for (const auto& one : scope) {
        if (one.type == &type) {
            alike.push_back(one.piece);
        }
    }
    if (alike.empty()) {
        return {typed_literal(type, random.chance(50) ? Value() : Value(random.pick(type.usual))), {}};
    }
    return random.pick(alike);
}

Arm generate_arm(Random& random, Flavour flavour, const Case& one, Scope& scope) {
    Arm arm;
    arm.from = generate_from(random, flavour, one, scope, arm.tables);
    const auto conditions = std::vector<std::size_t>{0, 0, 0, 1, 1, 2}[random.below(6)];
    for (std::size_t i = 0; i < conditions; ++i) {
        arm.conditions.push_back(condition(random, scope));
    }
    return arm;
}

std::vector<Arm> generate_union(Random& random, Flavour flavour, const Case& one, Scope& scope) {
    std::vector<Arm> arms;
    std::vector<Visible> slots;
    Scope under;
    arms.push_back(generate_arm(random, flavour, one, under));
    const auto count = random.between(2, 5);
    for (std::size_t i = 0; i < count; ++i) {
        slots.push_back(under[random.below(under.size())]);
        arms.back().slots.push_back(slots.back().piece);
    }
    const auto more = random.between(1, 2);
    for (std::size_t n = 0; n < more; ++n) {
        arms.push_back(generate_arm(random, flavour, one, under));
        for (auto& slot : slots) {
            arms.back().slots.push_back(slot_like(random, under, *slot.type));
            const auto& reads = arms.back().slots.back().reads;
            slot.piece.reads.insert(reads.begin(), reads.end());
        }
    }
    for (std::size_t i = 0; i < slots.size(); ++i) {
        scope.push_back({{"f.c" + std::to_string(i), slots[i].piece.reads}, slots[i].type});
    }
    return arms;
}

// --- SELECT list
// ------------------------------------------------------------------------------------------------------

Output key_expression(Random& random, const Visible& one) {
    const auto& x = one.piece;
    switch (one.type->family) {
        case Family::integer:
            return {combine(x.text + " % 3", {&x}), "", Family::integer};
        case Family::decimal:
            return {combine(x.text + "::text", {&x}), "", Family::text};
        case Family::folded_text:
            return {combine("(" + x.text + " COLLATE \"C\")", {&x}), "", Family::text};
        case Family::text:
            return {combine(random.chance(50) ? "upper(" + x.text + ")" : "coalesce(" + x.text + ", 'none')", {&x}), "",
                    Family::text};
        case Family::date:
            return {combine("date_trunc('month', " + x.text + ")::date", {&x}), "", Family::date};
        case Family::moment:
            return {combine(x.text + "::date", {&x}), "", Family::date};
        default:
            return {combine("(" + x.text + " IS NULL)", {&x}), "", Family::truth};
    }
}

Output generate_key(Random& random, Flavour flavour, const Scope& scope) {
    const auto& one = scope[random.below(scope.size())];
    if (random.chance(flavour == Flavour::spellings ? 70 : 30)) {
        return key_expression(random, one);
    }
    return {one.piece, "", one.type->family};
}

std::string filter(Random& random, const Scope& scope, Piece& reads) {
    if (!random.chance(25)) {
        return "";
    }
    const auto one = condition(random, scope);
    reads = combine(reads.text, {&reads, &one});
    return " FILTER (WHERE " + one.text + ")";
}

Output number_aggregate(Random& random, const Scope& scope, const std::vector<const Visible*>& numbers) {
    const auto& x = random.pick(numbers)->piece;
    const auto& y = random.pick(numbers)->piece;
    Piece reads = combine("", {&x});
    const auto with_filter = filter(random, scope, reads);
    switch (random.below(8)) {
        case 0:
            return {combine("sum(" + x.text + " * 2)" + with_filter, {&reads}), "", Family::decimal};
        case 1:
            return {combine("avg(" + x.text + ")" + with_filter, {&reads}), "", Family::decimal};
        case 2:
            return {combine("sum(" + x.text + "::numeric - " + y.text + ")", {&x, &y}), "", Family::decimal};
        case 3: {
            const auto when = condition(random, scope);
            return {combine("sum(CASE WHEN " + when.text + " THEN " + x.text + " ELSE 0 END)", {&x, &when}), "",
                    Family::decimal};
        }
        case 4:
            return {combine("coalesce(sum(" + x.text + "), 0) * 0.2 + count(*)", {&x}), "", Family::decimal};
        case 5:
            return random.chance(10) ? Output{combine("sum(1.0 / " + x.text + ")", {&x}), "", Family::decimal}
                                     : Output{combine("sum(" + x.text + ") / count(*)", {&x}), "", Family::decimal};
        default:
            return {combine("sum(" + x.text + ")" + with_filter, {&reads}), "", Family::decimal};
    }
}

Output generate_aggregate(Random& random, Flavour flavour, const Scope& scope) {
    const auto numbers = of_kind(scope, is_number);
    const auto ordered = of_kind(scope, is_ordered);
    const auto all = of_kind(scope, any_family);
    const auto kind = flavour == Flavour::extremes ? random.between(60, 99) : random.below(100);
    if (kind < 40 && !numbers.empty()) {
        return number_aggregate(random, scope, numbers);
    }
    if (kind < 50) {
        return {{"count(*)", {}}, "", Family::integer};
    }
    if (kind < 62 || ordered.empty()) {
        const auto& x = random.pick(all)->piece;
        Piece reads = combine("", {&x});
        const auto with_filter = filter(random, scope, reads);
        return {combine("count(" + x.text + ")" + with_filter, {&reads}), "", Family::integer};
    }
    if (kind < 78) {
        const auto& x = random.pick(all)->piece;
        Piece reads = combine("", {&x});
        const auto with_filter = filter(random, scope, reads);
        return {combine("count(DISTINCT " + x.text + ")" + with_filter, {&reads}), "", Family::integer};
    }
    const auto& x = *random.pick(ordered);
    Piece reads = combine("", {&x.piece});
    const auto with_filter = filter(random, scope, reads);
    return {combine((random.chance(50) ? "min(" : "max(") + x.piece.text + ")" + with_filter, {&reads}), "",
            x.type->family};
}

void add_retention(Random& random, const Scope& scope, View& view) {
    std::vector<Piece> dates;
    for (const auto& one : scope) {
        if (one.type->family == Family::date) {
            dates.push_back(one.piece);
        }
    }
    if (!dates.empty()) {
        view.keys.insert(view.keys.begin(), {random.pick(dates), "day", Family::date});
        view.keep = "10 years";
    }
}

bool has_a_twin(const View& view, const Output& output) {
    return std::any_of(view.keys.begin(), view.keys.end(),
                       [&](const Output& key) { return key.piece.text == output.piece.text; });
}

}  // namespace

View generate_view(Random& random, Flavour flavour, const Case& one, std::size_t number) {
    View view;
    view.schema = random.chance(15) ? "Übrige" : "public";
    view.name = random.chance(25) ? "Bericht " + std::to_string(number) : "v" + std::to_string(number);
    Scope scope;
    if (flavour != Flavour::retention && random.chance(20)) {
        view.arms = generate_union(random, flavour, one, scope);
    } else {
        view.arms.push_back(generate_arm(random, flavour, one, scope));
    }
    if (random.chance(flavour == Flavour::retention ? 100 : 10)) {
        add_retention(random, scope, view);
    }
    const auto keys = random.between(1, 2);
    for (std::size_t i = 0; i < keys; ++i) {
        auto key = generate_key(random, flavour, scope);
        key.name = "g" + std::to_string(i);
        if (!has_a_twin(view, key)) {
            view.keys.push_back(std::move(key));
        }
    }
    const auto aggregates = random.between(1, 4);
    for (std::size_t i = 0; i < aggregates; ++i) {
        view.aggregates.push_back(generate_aggregate(random, flavour, scope));
        view.aggregates.back().name = random.chance(20) ? "Summe " + std::to_string(i) : "m" + std::to_string(i);
    }
    return view;
}

}  // namespace freshet::breaking
