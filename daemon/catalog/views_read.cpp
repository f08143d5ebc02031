#include "freshet/catalog/views_read.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "probe.hpp"
#include "queries.hpp"

namespace freshet::catalog {

namespace {

struct Refusal {
    std::string reason;
    std::string hint;
};

std::string listing(const std::vector<std::string>& names) {
    std::string text;
    for (const auto& name : names) {
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

std::string as_select(std::string definition) {
    const auto word = definition.find_first_not_of(" \n");
    const bool values = word != std::string::npos && definition.compare(word, 6, "VALUES") == 0;
    return values ? "SELECT * FROM (" + definition + ") AS v" : definition;
}

std::optional<Refusal> refusal_of_place(const pg::Result& row, const std::string& name) {
    if (row.boolean(0, row.column_index("is_system"))) {
        return Refusal{name + " belongs to the system, whose changes no trigger sees",
                       "copy what the report needs into a table of your own"};
    }
    if (row.text(0, row.column_index("persistence")) == "t") {
        return Refusal{name + " is temporary: only its own session can see it", "use an ordinary table or view"};
    }
    return std::nullopt;
}

// Why the definition may not stand in the place of the view.
std::optional<Refusal> refusal_of_view(const pg::Result& row, const sql::QualifiedName& view) {
    if (row.boolean(0, row.column_index("security_barrier"))) {
        return Refusal{view.display() +
                           " is a security_barrier view: its conditions must be decided before those of the "
                           "query, and the tables behind it are read with all conditions at once",
                       "ALTER VIEW " + view.quoted() +
                           " RESET (security_barrier), or write the tables behind it into "
                           "the query"};
    }
    if (const auto hidden = row.strings(0, row.column_index("hidden")); !hidden.empty()) {
        return Refusal{
            "row-level security hides rows of " + listing(hidden) + " from " + row.text(0, row.column_index("owner")) +
                ", the owner of the view " + view.display(),
            "write the condition that decides what is seen into the view, over a role without such policies"};
    }
    return std::nullopt;
}

// Proofs run the query as it is written, so the views that it names are read, too.
std::optional<Refusal> refusal_of_rights(const pg::Result& row, const sql::QualifiedName& view) {
    if (row.boolean(0, row.column_index("may_read"))) {
        return std::nullopt;
    }
    return Refusal{"no right to read the view " + view.display(),
                   "GRANT SELECT ON " + view.quoted() + " to the daemon's role"};
}

class Reader {
  public:
    Reader(pg::Connection& connection, std::set<sql::QualifiedName> left_alone)
        : connection_(connection), seen_(std::move(left_alone)) {}

    asio::awaitable<ViewsRead> read(std::string sql) {
        for (auto& relation : query::relations_read(sql)) {
            named_.insert(std::move(relation));
        }
        co_await relations_of(std::move(sql), std::nullopt);
        if (!refused_.sources.empty()) {
            throw RefusedSources(std::move(refused_));
        }
        co_return std::move(result_);
    }

  private:
    // `by`: the view whose definition the text is.
    asio::awaitable<void> relations_of(std::string text, std::optional<sql::QualifiedName> by) {
        for (const auto& relation : query::relations_read(text)) {
            if (by && !named_.contains(relation)) {
                result_.read_by.emplace(relation, *by);
            }
            if (seen_.insert(relation).second) {
                co_await look_at(relation);
            }
        }
    }

    asio::awaitable<void> look_at(sql::QualifiedName relation) {
        const auto row =
            co_await connection_.query(query_text("read_relation"), pg::params(relation.schema, relation.name));
        if (row.rows() == 0) {
            co_return;  // whoever asks for its columns says so
        }
        const auto name = relation.schema.empty() ? relation.name : relation.display();
        if (refuse(relation, refusal_of_place(row, name)) || row.text(0, row.column_index("kind")) != "v" ||
            row.boolean(0, row.column_index("is_freshets")) || refuse(relation, refusal_of_view(row, relation))) {
            co_return;
        }
        if (named_.contains(relation) && refuse(relation, refusal_of_rights(row, relation))) {
            co_return;
        }
        auto definition = as_select(without_terminator(row.text(0, row.column_index("definition"))));
        result_.definitions.emplace(relation, definition);
        result_.views.push_back({relation, row.text(0, row.column_index("fingerprint"))});
        co_await relations_of(std::move(definition), relation);
    }

    bool refuse(const sql::QualifiedName& relation, std::optional<Refusal> refusal) {
        if (refusal) {
            refused_.sources.push_back(
                {result_.named_by_query(relation), std::move(refusal->reason), std::move(refusal->hint)});
        }
        return refusal.has_value();
    }

    pg::Connection& connection_;
    ViewsRead result_;
    RefusedSources refused_;
    std::set<sql::QualifiedName> seen_;
    std::set<sql::QualifiedName> named_;  // by the query itself
};

}  // namespace

sql::QualifiedName ViewsRead::named_by_query(const sql::QualifiedName& relation) const {
    auto name = relation;
    for (auto found = read_by.find(name); found != read_by.end(); found = read_by.find(name)) {
        name = found->second;
    }
    return name;
}

asio::awaitable<ViewsRead> views_read(pg::Connection& connection, std::string normalised_sql,
                                      std::set<sql::QualifiedName> left_alone) {
    auto result = co_await Reader(connection, std::move(left_alone)).read(std::move(normalised_sql));
    std::sort(result.views.begin(), result.views.end(),
              [](const compile::ViewRead& a, const compile::ViewRead& b) { return a.name < b.name; });
    co_return result;
}

pg::Statement ask_for_redefined(const std::vector<compile::ViewRead>& views) {
    std::vector<std::string> schemas;
    std::vector<std::string> names;
    std::vector<std::string> fingerprints;
    for (const auto& view : views) {
        schemas.push_back(view.name.schema);
        names.push_back(view.name.name);
        fingerprints.push_back(view.fingerprint);
    }
    return {query_text("redefined_views"),
            pg::params(pg::array_text(schemas), pg::array_text(names), pg::array_text(fingerprints))};
}

std::vector<std::string> read_redefined(const pg::Result& rows) {
    std::vector<std::string> reasons;
    for (int i = 0; i < rows.rows(); ++i) {
        reasons.push_back("the view " + sql::QualifiedName{rows.text(i, 0), rows.text(i, 1)}.display() +
                          (rows.boolean(i, 2) ? ", which it reads, is gone" : ", which it reads, was defined anew"));
    }
    return reasons;
}

asio::awaitable<std::vector<std::string>> redefined_views(pg::Connection& connection,
                                                          std::vector<compile::ViewRead> views) {
    std::vector<std::string> reasons;
    if (!views.empty()) {
        auto asked = ask_for_redefined(views);
        reasons = read_redefined(co_await connection.prepared(std::move(asked.sql), std::move(asked.params)));
    }
    co_return reasons;
}

}  // namespace freshet::catalog
