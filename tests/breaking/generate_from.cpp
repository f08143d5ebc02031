// FROM and WHERE: tables, sub-selects, WITH queries and plain views, joined and under UNION ALL.
#include <algorithm>

#include "generate_parts.hpp"

namespace freshet::breaking {

namespace {

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

bool is_integer(const Type& type) {
    return type.family == Family::integer;
}

// --- FROM
// -------------------------------------------------------------------------------------------------------------

std::set<ColumnId> reads_of(const Scope& scope) {
    std::set<ColumnId> reads;
    for (const auto& one : scope) {
        reads.insert(one.piece.reads.begin(), one.piece.reads.end());
    }
    return reads;
}

// Another arm of a UNION ALL has what the first has; where it has nothing alike, NULL.
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

class FromClause {
  public:
    FromClause(Random& random, Flavour flavour, Case& one, Arm& arm)
        : random_(random), flavour_(flavour), case_(one), arm_(arm) {}

    // Into the arm; returns what can be read.
    Scope generate() {
        const auto wanted = flavour_ == Flavour::joins || flavour_ == Flavour::lookups ? random_.between(2, 3)
                            : flavour_ == Flavour::retention
                                ? 1
                                : std::vector<std::size_t>{1, 1, 1, 2, 2, 3}[random_.below(6)];
        Scope scope;
        arm_.from = relation(pick_source(), "a", scope);
        for (std::size_t i = 1; i < wanted; ++i) {
            const std::string alias(1, static_cast<char>('a' + i));
            if (!random_.chance(flavour_ == Flavour::lookups ? 60 : 35) || !look_up(alias, scope)) {
                join(alias, scope);
            }
        }
        return scope;
    }

  private:
    void join(const std::string& alias, Scope& scope) {
        Scope joined;
        const auto next = relation(pick_source(), alias, joined);
        const auto on = join_condition(scope, joined);
        arm_.from = combine(arm_.from.text + " JOIN " + next.text + " ON " + on.text, {&arm_.from, &next, &on});
        scope.insert(scope.end(), joined.begin(), joined.end());
    }

    // An outer join by a unique key, if what is there has columns of the types of one.
    bool look_up(const std::string& alias, Scope& scope) {
        const auto table = random_.below(case_.tables.size());
        const auto match = match_key(random_, case_, table, scope);
        if (!match.fits()) {
            return false;
        }
        if (random_.chance(20) && look_up_two(table, alias, match, scope)) {
            return true;
        }
        Scope joined;
        const auto next = rows_of_one({table, false}, match.primary ? alias : alias + "_u", joined);
        auto on = by_key(joined, match);
        if (random_.chance(30)) {
            const auto more = condition(random_, joined);
            on = combine(on.text + " AND (" + more.text + ")", {&on, &more});
        }
        const auto& from = arm_.from;
        arm_.from = combine(random_.chance(20) ? next.text + " RIGHT JOIN " + from.text + " ON " + on.text
                                               : from.text + " LEFT JOIN " + next.text + " ON " + on.text,
                            {&from, &next, &on});
        scope.insert(scope.end(), joined.begin(), joined.end());
        return true;
    }

    // LEFT JOIN (table JOIN other ON its key) ON the table's key
    bool look_up_two(std::size_t table, const std::string& alias, const KeyMatch& match, Scope& scope) {
        auto found = columns_under(case_, table, alias);
        const auto other = random_.below(case_.tables.size());
        const auto next = match_key(random_, case_, other, found);
        if (!next.fits()) {
            return false;
        }
        const auto more = columns_under(case_, other, alias + "2");
        const auto within = by_key(more, next);
        const auto on = by_key(found, match);
        arm_.tables.insert({table, other});
        arm_.from =
            combine(arm_.from.text + " LEFT JOIN (" + case_.tables[table].quoted() + " AS " + alias + " JOIN " +
                        case_.tables[other].quoted() + " AS " + alias + "2 ON " + within.text + ") ON " + on.text,
                    {&arm_.from, &within, &on});
        scope.insert(scope.end(), found.begin(), found.end());
        scope.insert(scope.end(), more.begin(), more.end());
        return true;
    }

    // A table, or a view of the case.
    struct Source {
        std::size_t number = 0;
        bool view = false;
    };

    Source pick_source() {
        std::vector<std::size_t> readable;
        for (std::size_t i = 0; i < case_.views.size(); ++i) {
            if (!columns_of_view(case_.views[i], "").empty()) {
                readable.push_back(i);
            }
        }
        if (flavour_ != Flavour::retention && !readable.empty() &&
            random_.chance(flavour_ == Flavour::chains ? 70 : 30)) {
            return {random_.pick(readable), true};
        }
        return {random_.below(case_.tables.size()), false};
    }

    std::string name_of(Source source) {
        (source.view ? arm_.views : arm_.tables).insert(source.number);
        return source.view ? case_.views[source.number].quoted() : case_.tables[source.number].quoted();
    }

    Scope columns_of(Source source, const std::string& alias) const {
        return source.view ? columns_of_view(case_.views[source.number], alias)
                           : columns_under(case_, source.number, alias);
    }

    Piece relation(Source source, const std::string& alias, Scope& scope) {
        return flavour_ != Flavour::retention && random_.chance(12) ? union_of_rows(source, alias, scope)
                                                                    : rows_of_one(source, alias, scope);
    }

    // SELECT x AS y0, ... FROM table WHERE ...; whoever reads it needs all the columns it lists.
    Piece rows_of(Source source, const std::string& alias, Scope& scope) {
        const auto inner = columns_of(source, "i");
        std::string list;
        scope.clear();
        for (std::size_t i = 0; i < inner.size(); ++i) {
            const auto name = "y" + std::to_string(i);
            list += (i == 0 ? "" : ", ") + inner[i].piece.text + " AS " + name;
            scope.push_back({{alias + "." + name, inner[i].piece.reads}, inner[i].type});
        }
        const auto filter = condition(random_, inner);
        return {"SELECT " + list + " FROM " + name_of(source) + " AS i WHERE " + filter.text, reads_of(inner)};
    }

    Piece rows_of_one(Source source, const std::string& alias, Scope& scope) {
        if (!random_.chance(25)) {
            scope = columns_of(source, alias);
            return {name_of(source) + " AS " + alias, {}};
        }
        const auto rows = rows_of(source, alias, scope);
        const auto kind = random_.below(3);
        if (kind == 0 && !source.view) {
            const auto name = "w" + std::to_string(case_.plain_views.size());
            case_.plain_views.push_back({name, rows});
            return {"public." + name + " AS " + alias, rows.reads};
        }
        if (kind == 1) {
            arm_.with.push_back({alias + "_rows", rows});
            return {alias + "_rows AS " + alias, rows.reads};
        }
        return {"(" + rows.text + ") AS " + alias, rows.reads};
    }

    // (SELECT x AS y0, ... FROM table UNION ALL (SELECT ... UNION ALL SELECT ...))
    Piece union_of_rows(Source source, const std::string& alias, Scope& scope) {
        const auto first = columns_of(source, "j");
        std::vector<Visible> slots;
        const auto count = random_.between(2, 4);
        for (std::size_t i = 0; i < count; ++i) {
            slots.push_back(first[random_.below(first.size())]);
        }
        auto text = "SELECT " + slot_list(slots) + " FROM " + name_of(source) + " AS j UNION ALL ";
        if (random_.chance(50)) {
            text += like(slots);
        } else {
            const auto left = like(slots);
            text += "(" + left + " UNION ALL " + like(slots) + ")";
        }
        Piece all{"(" + text + ") AS " + alias, {}};
        for (std::size_t i = 0; i < slots.size(); ++i) {
            scope.push_back({{alias + ".y" + std::to_string(i), slots[i].piece.reads}, slots[i].type});
            all.reads.insert(slots[i].piece.reads.begin(), slots[i].piece.reads.end());
        }
        return all;
    }

    // A SELECT of some table or view that gives columns of the same types; adds what it reads to them.
    std::string like(std::vector<Visible>& slots) {
        const auto source = pick_source();
        const auto columns = columns_of(source, "j");
        std::vector<Visible> own;
        for (auto& slot : slots) {
            own.push_back({slot_like(random_, columns, *slot.type), slot.type});
            slot.piece.reads.insert(own.back().piece.reads.begin(), own.back().piece.reads.end());
        }
        return "SELECT " + slot_list(own) + " FROM " + name_of(source) + " AS j";
    }

    static std::string slot_list(const std::vector<Visible>& slots) {
        std::vector<std::string> list;
        for (std::size_t i = 0; i < slots.size(); ++i) {
            list.push_back(slots[i].piece.text + " AS y" + std::to_string(i));
        }
        return joined(list, ", ");
    }

    // How a new relation meets those before it: along a foreign key if there is one, or else by columns of one type.
    Piece join_condition(const Scope& before, const Scope& joined) {
        std::vector<Piece> along_keys;
        std::vector<Piece> alike;
        for (const auto& left : before) {
            for (const auto& right : joined) {
                const auto equal = combine(left.piece.text + " = " + right.piece.text, {&left.piece, &right.piece});
                if (refers(left, right) || refers(right, left)) {
                    along_keys.push_back(equal);
                } else if (left.type == right.type && left.type->family != Family::list) {
                    alike.push_back(equal);
                }
            }
        }
        if (!along_keys.empty() && random_.chance(80)) {
            return random_.pick(along_keys);
        }
        return alike.empty() ? Piece{"true", {}} : random_.pick(alike);
    }

    bool refers(const Visible& left, const Visible& right) const {
        if (left.piece.reads.size() != 1 || right.piece.reads.size() != 1) {
            return false;
        }
        const auto from = *left.piece.reads.begin();
        const auto to = *right.piece.reads.begin();
        const auto& reference = case_.tables[from.table].reference;
        return reference && reference->column == from.column && reference->target == to.table &&
               case_.tables[to.table].key.front() == to.column && left.type == right.type;
    }

    Random& random_;
    Flavour flavour_;
    Case& case_;
    Arm& arm_;
};

Arm generate_arm(Random& random, Flavour flavour, Case& one, Scope& scope) {
    Arm arm;
    scope = FromClause(random, flavour, one, arm).generate();
    const auto conditions = std::vector<std::size_t>{0, 0, 0, 1, 1, 2}[random.below(6)];
    for (std::size_t i = 0; i < conditions; ++i) {
        arm.conditions.push_back(condition(random, scope));
    }
    if (random.chance(flavour == Flavour::lookups ? 40 : 15)) {
        if (const auto found = semi_join(random, one, scope)) {
            arm.conditions.push_back(*found);
        }
    }
    if (random.chance(flavour == Flavour::lookups ? 40 : 15)) {
        if (const auto found = value_by_key(random, one, scope)) {
            scope.push_back(*found);
        }
    }
    return arm;
}

// --- UNION ALL
// --------------------------------------------------------------------------------------------------------

std::vector<Arm> generate_union(Random& random, Flavour flavour, Case& one, Scope& scope) {
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

}  // namespace

Piece combine(std::string text, std::initializer_list<const Piece*> parts) {
    Piece piece{std::move(text), {}};
    for (const auto* part : parts) {
        piece.reads.insert(part->reads.begin(), part->reads.end());
    }
    return piece;
}

std::vector<const Visible*> of_kind(const Scope& scope, bool (*wanted)(const Type&)) {
    std::vector<const Visible*> found;
    for (const auto& one : scope) {
        if (wanted(*one.type)) {
            found.push_back(&one);
        }
    }
    return found;
}

bool any_type(const Type&) {
    return true;
}

bool is_number(const Type& type) {
    return can_be_summed(type.family);
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

std::vector<Arm> generate_arms(Random& random, Flavour flavour, Case& one, Scope& scope) {
    if (flavour != Flavour::retention && random.chance(20)) {
        return generate_union(random, flavour, one, scope);
    }
    std::vector<Arm> arms;
    arms.push_back(generate_arm(random, flavour, one, scope));
    return arms;
}

}  // namespace freshet::breaking
