// Views of strategy partial: queries outside the incremental class, with the keys that a change concerns.
#include <algorithm>

#include "generate_parts.hpp"

namespace freshet::breaking {

namespace {

// A table, or a view, and two of its columns: what keys are made of, and one more.
struct Side {
    std::string relation;
    std::optional<std::size_t> view;
    Visible key;
    Piece other;
    std::string name;
    std::string key_name;
};

bool may_be_key(const Type& type) {
    return reads_as_it_is(type) && type.family != Family::money;
}

class ByKeyMaker {
  public:
    ByKeyMaker(Random& random, const Case& one) : random_(random), case_(one) {}

    std::optional<ByKey> generate() {
        const auto left = side("a", nullptr);
        if (!left) {
            return std::nullopt;
        }
        const auto right = side("b", left->key.type);
        made_.columns = {{left->key.piece, "g0", left->key.type->family}};
        const auto kind = random_.below(right ? 5 : 1);
        switch (kind) {
            case 1:
                many_partners(*left, *right);
                break;
            case 2:
                set_of_both(*left, *right);
                break;
            case 3:
                without_partner(*left, *right);
                break;
            case 4:
                against_all(*left, *right);
                break;
            default:
                places(*left);
                break;
        }
        return std::move(made_);
    }

  private:
    std::optional<Side> side(const std::string& alias, const Type* type) {
        std::vector<Side> sides;
        for (std::size_t table = 0; table < case_.tables.size(); ++table) {
            add_sides(case_.tables[table].quoted(), std::nullopt, columns_under(case_, table, alias), alias, type,
                      sides);
        }
        for (std::size_t view = 0; view < case_.views.size(); ++view) {
            if (is_followed(case_.views[view])) {
                add_sides(case_.views[view].quoted(), view, columns_of_view(case_.views[view], alias), alias, type,
                          sides);
            }
        }
        return sides.empty() ? std::nullopt : std::optional(random_.pick(sides));
    }

    void add_sides(const std::string& relation, std::optional<std::size_t> view, const Scope& columns,
                   const std::string& alias, const Type* type, std::vector<Side>& sides) {
        for (const auto& column : columns) {
            if (type == nullptr ? may_be_key(*column.type) : column.type == type) {
                sides.push_back({relation, view, column, columns[random_.below(columns.size())].piece,
                                 relation + " AS " + alias, column.piece.text.substr(alias.size() + 1)});
            }
        }
    }

    void read(std::string rest, std::initializer_list<const Side*> sides) {
        made_.rest = {std::move(rest), {}};
        for (const auto* one : sides) {
            made_.rest.reads.insert(one->key.piece.reads.begin(), one->key.piece.reads.end());
            made_.rest.reads.insert(one->other.reads.begin(), one->other.reads.end());
        }
    }

    void add(Output output) { made_.columns.push_back(std::move(output)); }

    // Of a table that is read twice, either change concerns its keys.
    void dirty(const Side& side, bool all = false) {
        if (side.view) {
            made_.views.insert(*side.view);
        }
        auto query = all ? "" : "SELECT " + side.key_name + " FROM changed";
        for (auto& known : made_.dirty) {
            if (known.relation == side.relation) {
                known.query = known.query.empty() || all ? "" : known.query + " UNION " + query;
                return;
            }
        }
        made_.dirty.push_back({side.relation, std::move(query)});
    }

    void places(const Side& left) {
        add({{"count(*) OVER (PARTITION BY " + left.key.piece.text + ")", {}}, "m0", Family::integer});
        add({{"count(" + left.other.text + ") OVER (PARTITION BY " + left.key.piece.text + ")", {}},
             "m1",
             Family::integer});
        read("FROM " + left.name, {&left});
        dirty(left);
    }

    void many_partners(const Side& left, const Side& right) {
        add({{"count(" + right.other.text + ")", {}}, "m0", Family::integer});
        add({{"count(*)", {}}, "m1", Family::integer});
        read("FROM " + left.name + " LEFT JOIN " + right.name + " ON " + right.key.piece.text + " = " +
                 left.key.piece.text + " GROUP BY " + left.key.piece.text,
             {&left, &right});
        dirty(left);
        dirty(right);
    }

    void set_of_both(const Side& left, const Side& right) {
        read("FROM " + left.name + " UNION SELECT " + right.key.piece.text + " FROM " + right.name, {&left, &right});
        dirty(left);
        dirty(right);
    }

    void without_partner(const Side& left, const Side& right) {
        add({left.other, "m0", Family::opaque});
        read("FROM " + left.name + " WHERE NOT EXISTS (SELECT FROM " + right.name + " WHERE " + right.key.piece.text +
                 " = " + left.key.piece.text + ")",
             {&left, &right});
        dirty(left);
        dirty(right);
    }

    void against_all(const Side& left, const Side& right) {
        add({{"(SELECT count(" + right.other.text + ") FROM " + right.name + ")", {}}, "m0", Family::integer});
        add({left.other, "m1", Family::opaque});  // the view may be installed without it
        read("FROM " + left.name, {&left, &right});
        dirty(left);
        dirty(right, true);
    }

    Random& random_;
    const Case& case_;
    ByKey made_;
};

}  // namespace

std::optional<ByKey> generate_by_key(Random& random, const Case& one) {
    return ByKeyMaker(random, one).generate();
}

}  // namespace freshet::breaking
