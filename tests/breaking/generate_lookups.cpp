// Rows that are found by a unique key: of outer joins and of sub-queries.
#include "generate_parts.hpp"

namespace freshet::breaking {

namespace {

// Nothing if a column has no partner.
KeyMatch match(Random& random, const Table& table, const std::vector<std::size_t>& key, const Scope& scope) {
    KeyMatch result;
    for (const auto column : key) {
        std::vector<Piece> alike;
        for (const auto& other : scope) {
            if (other.type == table.columns[column].type) {
                alike.push_back(other.piece);
            }
        }
        if (alike.empty()) {
            return {};
        }
        result.partners.push_back(random.pick(alike));
    }
    result.columns = key;
    result.primary = key == table.key;
    return result;
}

class SubQuery {
  public:
    SubQuery(Random& random, const Case& one, const Scope& scope)
        : random_(random),
          table_(random.below(one.tables.size())),
          match_(match_key(random, one, table_, scope)),
          alias_(match_.primary ? "e" : "eu"),
          columns_(columns_under(one, table_, alias_)),
          name_(one.tables[table_].quoted()) {
        if (finds()) {
            found_ = by_key(columns_, match_);
            if (random_.chance(30)) {
                const auto more = condition(random_, columns_);
                found_ = combine(found_.text + " AND (" + more.text + ")", {&found_, &more});
            }
            if (random_.chance(25)) {
                look_further(one);
            }
        }
    }

    bool finds() const { return match_.fits(); }

    Piece semi_join() const {
        if (match_.columns.size() == 1 && random_.chance(40)) {
            const auto& own = columns_[match_.columns.front()].piece;
            const auto& partner = match_.partners.front();
            const auto more = condition(random_, columns_);
            return combine(partner.text + " IN (SELECT " + own.text + from() + more.text + ")",
                           {&own, &more, &partner});
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
    // ... AND EXISTS (a row that the row found leads to)
    void look_further(const Case& one) {
        const auto table = random_.below(one.tables.size());
        const auto match = match_key(random_, one, table, columns_);
        if (!match.fits()) {
            return;
        }
        const auto by = by_key(columns_under(one, table, "d"), match);
        found_ = combine(found_.text + (random_.chance(50) ? " AND NOT EXISTS" : " AND EXISTS") + " (SELECT FROM " +
                             one.tables[table].quoted() + " AS d WHERE " + by.text + ")",
                         {&found_, &by});
    }

    std::string from() const { return " FROM " + name_ + " AS " + alias_ + " WHERE "; }

    Random& random_;
    std::size_t table_;
    KeyMatch match_;
    std::string alias_;
    Scope columns_;
    std::string name_;
    Piece found_;
};

}  // namespace

Scope columns_under(const Case& one, std::size_t table, const std::string& alias) {
    Scope scope;
    const auto& columns = one.tables[table].columns;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        scope.push_back({{alias + "." + quote(columns[i].name), {{table, i}}}, columns[i].type});
    }
    return scope;
}

KeyMatch match_key(Random& random, const Case& one, std::size_t table, const Scope& scope) {
    const auto& definition = one.tables[table];
    auto keys = definition.unique;
    if (!definition.key.empty()) {
        keys.push_back(definition.key);
    }
    random.shuffle(keys);
    for (const auto& key : keys) {
        if (auto found = match(random, definition, key, scope); found.fits()) {
            return found;
        }
    }
    return {};
}

Piece by_key(const Scope& columns, const KeyMatch& match) {
    Piece all{"", {}};
    for (std::size_t i = 0; i < match.columns.size(); ++i) {
        const auto& own = columns[match.columns[i]].piece;
        all = combine(all.text + (i == 0 ? "" : " AND ") + own.text + " = " + match.partners[i].text,
                      {&all, &own, &match.partners[i]});
    }
    return all;
}

std::optional<Piece> semi_join(Random& random, const Case& one, const Scope& scope) {
    const SubQuery sub_query(random, one, scope);
    return sub_query.finds() ? std::optional(sub_query.semi_join()) : std::nullopt;
}

std::optional<Visible> value_by_key(Random& random, const Case& one, const Scope& scope) {
    const SubQuery sub_query(random, one, scope);
    return sub_query.finds() ? std::optional(sub_query.value()) : std::nullopt;
}

}  // namespace freshet::breaking
