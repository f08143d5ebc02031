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

// For each column of the table's primary key one of its type; none if there is no key, or nothing of such a type.
std::vector<Piece> partners_of_key(Random& random, const Case& one, std::size_t table, const Scope& scope) {
    std::vector<Piece> partners;
    for (const auto column : one.tables[table].key) {
        std::vector<Piece> alike;
        for (const auto& other : scope) {
            if (other.type == one.tables[table].columns[column].type) {
                alike.push_back(other.piece);
            }
        }
        if (alike.empty()) {
            return {};
        }
        partners.push_back(random.pick(alike));
    }
    return partners;
}

Piece by_key(const Table& table, const Scope& columns, const std::vector<Piece>& partners) {
    Piece all{"", {}};
    for (std::size_t i = 0; i < partners.size(); ++i) {
        const auto& own = columns[table.key[i]].piece;
        all = combine(all.text + (i == 0 ? "" : " AND ") + own.text + " = " + partners[i].text,
                      {&all, &own, &partners[i]});
    }
    return all;
}

// A sub-query that finds one row of a table by its key.
class SubQuery {
  public:
    SubQuery(Random& random, const Case& one, const Scope& scope)
        : random_(random),
          table_(random.below(one.tables.size())),
          columns_(columns_under(one, table_, "e")),
          key_(one.tables[table_].key),
          name_(one.tables[table_].quoted()),
          partners_(partners_of_key(random, one, table_, scope)) {
        if (finds()) {
            found_ = by_key(one.tables[table_], columns_, partners_);
            if (random_.chance(30)) {
                const auto more = condition(random_, columns_);
                found_ = combine(found_.text + " AND (" + more.text + ")", {&found_, &more});
            }
        }
    }

    bool finds() const { return !partners_.empty(); }

    Piece semi_join() const {
        if (key_.size() == 1 && random_.chance(40)) {
            const auto& own = columns_[key_.front()].piece;
            const auto more = condition(random_, columns_);
            return combine(partners_.front().text + " IN (SELECT " + own.text + from() + more.text + ")",
                           {&own, &more, &partners_.front()});
        }
        return combine((random_.chance(50) ? "NOT EXISTS (SELECT" : "EXISTS (SELECT") + from() + found_.text + ")",
                       {&found_});
    }

    Visible value() const {
        const auto& column = columns_[random_.below(columns_.size())];
        return {combine("(SELECT " + column.piece.text + from() + found_.text + ")", {&column.piece, &found_}),
                column.type};
    }

  private:
    std::string from() const { return " FROM " + name_ + " AS e WHERE "; }

    Random& random_;
    std::size_t table_;
    Scope columns_;
    std::vector<std::size_t> key_;
    std::string name_;
    std::vector<Piece> partners_;
    Piece found_;
};

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
        arm_.from = relation(random_.below(case_.tables.size()), "a", scope);
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
        const auto next = relation(random_.below(case_.tables.size()), alias, joined);
        const auto on = join_condition(scope, joined);
        arm_.from = combine(arm_.from.text + " JOIN " + next.text + " ON " + on.text, {&arm_.from, &next, &on});
        scope.insert(scope.end(), joined.begin(), joined.end());
    }

    // An outer join by a primary key, if what is there has columns of the types of one.
    bool look_up(const std::string& alias, Scope& scope) {
        const auto table = random_.below(case_.tables.size());
        const auto partners = partners_of_key(random_, case_, table, scope);
        if (partners.empty()) {
            return false;
        }
        Scope joined;
        const auto next = relation(table, alias, joined);
        auto on = by_key(case_.tables[table], joined, partners);
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

    // SELECT x AS y0, ... FROM table WHERE ...; whoever reads it needs all the columns it lists.
    Piece rows_of(std::size_t table, const std::string& alias, Scope& scope) {
        const auto inner = columns_under(case_, table, "i");
        std::string list;
        scope.clear();
        for (std::size_t i = 0; i < inner.size(); ++i) {
            const auto name = "y" + std::to_string(i);
            list += (i == 0 ? "" : ", ") + inner[i].piece.text + " AS " + name;
            scope.push_back({{alias + "." + name, inner[i].piece.reads}, inner[i].type});
        }
        const auto filter = condition(random_, inner);
        return {"SELECT " + list + " FROM " + case_.tables[table].quoted() + " AS i WHERE " + filter.text,
                reads_of(inner)};
    }

    Piece relation(std::size_t table, const std::string& alias, Scope& scope) {
        arm_.tables.insert(table);
        if (!random_.chance(25)) {
            scope = columns_under(case_, table, alias);
            return {case_.tables[table].quoted() + " AS " + alias, {}};
        }
        const auto rows = rows_of(table, alias, scope);
        switch (random_.below(3)) {
            case 0: {
                const auto name = "w" + std::to_string(case_.plain_views.size());
                case_.plain_views.push_back({name, rows});
                return {"public." + name + " AS " + alias, rows.reads};
            }
            case 1:
                arm_.with.push_back({alias + "_rows", rows});
                return {alias + "_rows AS " + alias, rows.reads};
            default:
                return {"(" + rows.text + ") AS " + alias, rows.reads};
        }
    }

    // How a new relation meets those before it: along a foreign key if there is one, or else by columns of one type.
    Piece join_condition(const Scope& before, const Scope& joined) {
        std::vector<Piece> along_keys;
        std::vector<Piece> alike;
        for (const auto& left : before) {
            for (const auto& right : joined) {
                const auto a = *left.piece.reads.begin();
                const auto b = *right.piece.reads.begin();
                const auto equal = combine(left.piece.text + " = " + right.piece.text, {&left.piece, &right.piece});
                if (refers(a, b) || refers(b, a)) {
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

    bool refers(ColumnId from, ColumnId to) const {
        const auto& reference = case_.tables[from.table].reference;
        return reference && reference->column == from.column && reference->target == to.table &&
               case_.tables[to.table].key.front() == to.column;
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
        const SubQuery sub_query(random, one, scope);
        if (sub_query.finds()) {
            arm.conditions.push_back(sub_query.semi_join());
        }
    }
    if (random.chance(flavour == Flavour::lookups ? 40 : 15)) {
        const SubQuery sub_query(random, one, scope);
        if (sub_query.finds()) {
            scope.push_back(sub_query.value());
        }
    }
    return arm;
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
