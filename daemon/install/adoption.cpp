#include "adoption.hpp"

#include <algorithm>

#include "freshet/compile/emit.hpp"
#include "freshet/refresh/verify.hpp"

namespace freshet::install {

asio::awaitable<std::optional<Adoption>> load_adoption(pg::Connection& connection, sql::QualifiedName name) {
    const auto rows = co_await connection.query(query_text("adoption"), pg::params(name.schema, name.name));
    if (rows.rows() == 0) {
        co_return std::nullopt;
    }
    const auto text = [&](std::string_view column) { return rows.text(0, rows.column_index(column)); };
    Adoption adoption;
    adoption.relation.name = name;
    adoption.relation.materialized = true;
    adoption.relation.definition = text("definition");
    adoption.relation.options = text("options");
    adoption.relation.tablespace = text("tablespace");
    adoption.relation.access_method = text("access_method");
    for (const auto& facts : rows.strings(0, rows.column_index("indexes"))) {
        adoption.relation.indexes.push_back(index_from_json(facts));
    }
    co_return adoption;
}

asio::awaitable<void> record_adoption(pg::Connection& connection, const Relation& relation) {
    std::vector<std::string> facts;
    for (const auto& index : relation.indexes) {
        facts.push_back(index.facts);
    }
    co_await connection.query(
        query_text("record_adoption"),
        pg::params(relation.name.schema, relation.name.name, relation.definition, relation.options, relation.tablespace,
                   relation.access_method, pg::array_text(facts)));
}

namespace {

std::string described(const catalog::Column& column) {
    return column.name + " " + column.type + (column.collation.empty() ? "" : " COLLATE " + column.collation);
}

core::Fault column_fault(std::string message, std::string hint) {
    return {"", 0, 0, std::move(message), std::move(hint)};
}

}  // namespace

std::vector<core::Fault> column_faults(const std::vector<catalog::Column>& present,
                                       const std::vector<catalog::Column>& query) {
    std::vector<core::Fault> faults;
    for (std::size_t i = 0; i < std::max(present.size(), query.size()); ++i) {
        const auto number = std::to_string(i + 1);
        if (i >= query.size()) {
            faults.push_back(column_fault(
                "the query has no column " + number + ", where the materialized view has " + described(present[i]),
                "give the query the columns of the materialized view, in their order"));
        } else if (i >= present.size()) {
            faults.push_back(column_fault(
                "column " + number + " of the query, " + described(query[i]) + ", is not in the materialized view",
                "leave it out, adopt the view, and add it afterwards"));
        } else if (present[i] != query[i]) {
            faults.push_back(column_fault("column " + number + " is " + described(query[i]) + " in the query and " +
                                              described(present[i]) + " in the materialized view",
                                          "write the alias or the cast into the query"));
        }
    }
    return faults;
}

asio::awaitable<std::string> fitting_select(pg::Connection& connection, const ViewPlan& plan) {
    const auto select = compile::public_select(plan.program);
    const catalog::QueryText text{select, "", "public", ""};
    const auto own = co_await catalog::query_columns(connection, text);
    if (plan.columns.empty() || own == plan.columns) {
        co_return select;
    }
    std::string list;
    for (std::size_t i = 0; i < own.size(); ++i) {
        const auto& wanted = plan.columns.at(i);
        const auto column = "q." + sql::quote(wanted.name);
        list += (i == 0 ? "" : ",\n    ") +
                (own[i] == wanted ? column
                                  : "(" + column + ")::" + wanted.type +
                                        (wanted.collation.empty() ? "" : " COLLATE " + wanted.collation)) +
                " AS " + sql::quote(wanted.name);
    }
    co_return "SELECT " + list + "\nFROM (" + select + ") AS q";
}

asio::awaitable<std::optional<std::int64_t>> prove_adopted(pg::Connection& connection, catalog::StoredView view,
                                                           std::string select, std::optional<std::string> keep) {
    refresh::VerifyRequest request;
    request.keep = std::move(keep);
    request.published = "(" + select + ")";
    const auto proof = co_await refresh::verify(connection, view, request);
    if (proof.differences > 0) {
        throw core::Error("the view built for " + view.name.display() + " differs from its query in " +
                              std::to_string(proof.differences) + " rows; the materialized view stays in place",
                          "this is a bug in freshet; please report it with the query");
    }
    const auto legacy = co_await read_legacy(connection, view.name);
    if (!legacy || !legacy->relation.populated) {
        co_return std::nullopt;
    }
    // The same comparison, with what the materialized view holds in the query's place.
    view.definition = "SELECT * FROM " + view.name.quoted();
    const auto behind = co_await refresh::verify(connection, view, std::move(request));
    co_return behind.differences;
}

std::vector<std::string> let_owner_read(const compile::Program& program, const Relation& old) {
    std::vector<std::string> statements;
    for (const auto& level : program.levels) {
        if (old.may_own) {
            statements.push_back("GRANT SELECT ON TABLE " + compile::state_table(level) + " TO " +
                                 sql::quote(old.owner));
        }
    }
    return statements;
}

namespace {

class TakeOver {
  public:
    TakeOver(pg::Connection& connection, const ViewPlan& plan, std::string select, std::vector<std::string> more)
        : connection_(connection), plan_(plan), select_(std::move(select)), more_(std::move(more)) {}

    // Everything is read again once the locks are held: until then grants and views may come and go.
    asio::awaitable<void> run() {
        const auto before = co_await expect();
        co_await run_all(lock_statements(before));
        const auto legacy = co_await expect();
        for (const auto& obstacle : obstacles(legacy)) {
            throw core::Error("cannot adopt " + plan_.name.display() + ": " + obstacle.message, obstacle.hint);
        }
        co_await run_all(takeover_statements(plan_, legacy, select_));
        co_await record_adoption(connection_, legacy.relation);
        co_await run_all(more_);
    }

  private:
    asio::awaitable<Legacy> expect() {
        auto legacy = co_await read_legacy(connection_, plan_.name);
        if (!legacy || !legacy->relation.materialized) {
            throw core::Error("the materialized view " + plan_.name.display() + " is gone", "run install again");
        }
        co_return std::move(*legacy);
    }
    asio::awaitable<void> run_all(std::vector<std::string> statements) {
        for (const auto& statement : statements) {
            co_await connection_.script(statement);
        }
    }

    pg::Connection& connection_;
    const ViewPlan& plan_;
    std::string select_;
    std::vector<std::string> more_;
};

}  // namespace

std::vector<std::string> takeover_statements(const ViewPlan& plan, const Legacy& legacy, const std::string& select) {
    auto create = let_owner_read(plan.program, legacy.relation);
    create.push_back(create_public(plan.name, select));
    return handover(legacy, create, Becomes::view);
}

asio::awaitable<void> take_over(pg::Connection& connection, const ViewPlan& plan, std::string select,
                                std::vector<std::string> more, LockPolicy policy) {
    TakeOver work(connection, plan, std::move(select), std::move(more));
    co_await under_lock(
        connection, [&work] { return work.run(); }, policy, "put " + plan.name.display() + " in place");
}

}  // namespace freshet::install
