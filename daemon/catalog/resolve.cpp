#include "freshet/catalog/resolve.hpp"

#include "freshet/query/expand_views.hpp"
#include "freshet/sql/texts.hpp"
#include "probe.hpp"
#include "stand_in.hpp"

namespace freshet::catalog {

namespace {

std::string query_text(std::string_view name) {
    return std::string(sql::text("triggers/queries/catalog/" + std::string(name) + ".sql"));
}

std::string numbered_columns(int count) {
    std::string list;
    for (int i = 0; i < count; ++i) {
        list += (i == 0 ? " (c" : ", c") + std::to_string(i);
    }
    return list + ")";
}

asio::awaitable<void> fetch_select_types(pg::Connection& connection, std::string name, query::TypedSelect select,
                                         query::Facts& facts) {
    const auto oid = co_await probe(connection, std::move(name), numbered_columns(select.columns), select.sql);
    const auto rows = co_await connection.query(query_text("column_types"), pg::params(oid));
    auto& types = facts.select_types[select.sql];
    auto& collations = facts.select_collations[select.sql];
    types.clear();
    collations.clear();
    for (int i = 0; i < rows.rows(); ++i) {
        types.push_back(rows.text(i, rows.column_index("type")));
        collations.push_back(rows.text(i, rows.column_index("collation")));
    }
}

// `oid`: of the view whose definition `normalised` is.
asio::awaitable<query::Facts> fetch_facts(pg::Connection& connection, std::string oid, std::string normalised) {
    query::Facts facts;
    const auto aggregates = co_await connection.query(query_text("called_aggregates"), pg::params(oid));
    for (int i = 0; i < aggregates.rows(); ++i) {
        facts.aggregates.insert(aggregates.text(i, 0));
    }
    const auto required = query::required_facts(normalised, facts.aggregates);
    for (const auto& table : required.tables) {
        facts.tables[table] = (co_await table_facts(connection, table)).columns;
    }
    int number = 0;
    for (const auto& select : required.selects) {
        co_await fetch_select_types(connection, "freshet_select_" + std::to_string(number++), select, facts);
    }
    co_return facts;
}

asio::awaitable<void> check_functions(pg::Connection& connection, QueryText text, std::string oid) {
    const auto rows = co_await connection.query(query_text("called_functions"), pg::params(oid));
    std::vector<core::Fault> faults;
    for (int i = 0; i < rows.rows(); ++i) {
        // The moment of writing is a column of the public relation, not of the rows.
        if (rows.text(i, 1) != "now()") {
            faults.push_back(function_fault(text, rows, i));
        }
    }
    if (!faults.empty()) {
        throw core::Faults(std::move(faults));
    }
}

asio::awaitable<compile::LevelTypes> describe(pg::Connection& connection, std::string name, std::string sql) {
    const auto described = co_await probe(connection, std::move(name), "", std::move(sql));
    const auto rows = co_await connection.query(query_text("column_types"), pg::params(described));
    compile::LevelTypes types;
    for (int i = 0; i < rows.rows(); ++i) {
        types[rows.text(i, 0)] = {rows.text(i, rows.column_index("type")), rows.text(i, rows.column_index("base_type")),
                                  rows.text(i, rows.column_index("collation"))};
    }
    co_return types;
}

// A temporary view whose rule says what the server made of the query, and the rule as text.
struct Probed {
    std::string oid;
    std::string text;
};

asio::awaitable<Probed> read_back(pg::Connection& connection, QueryText text, std::string oid) {
    co_await connection.query("SELECT set_config('search_path', '', true)");
    co_await check_functions(connection, std::move(text), oid);
    const auto definition = co_await connection.query("SELECT pg_get_viewdef($1::oid)", pg::params(oid));
    co_return Probed{std::move(oid), without_terminator(definition.text(0, 0))};
}

// Once more, without the views: what is computed in them is computed by this query then.
asio::awaitable<Probed> expand_stand_ins(pg::Connection& connection, QueryText text, Probed probed) {
    if (text.stand_ins.empty()) {
        co_return probed;
    }
    auto expanded = co_await take_down(connection, probed.text, text.stand_ins);
    auto oid = co_await probe(connection, "freshet_expanded", "", std::move(expanded));
    co_return co_await read_back(connection, std::move(text), std::move(oid));
}

// Everything below runs inside the transaction that resolve() rolls back.
asio::awaitable<void> resolve_inside(pg::Connection& connection, QueryText text, Resolved& resolved) {
    co_await put_up(connection, text.stand_ins);
    co_await pin_settings(connection, text.schema, text.timezone);
    auto asked = co_await probe_query(connection, "freshet_probe", text);
    auto probed = co_await read_back(connection, text, std::move(asked));
    if (auto frozen = frozen_literal(text, probed.text)) {
        throw core::Faults(std::vector<core::Fault>(1, std::move(*frozen)));
    }
    probed = co_await expand_stand_ins(connection, text, std::move(probed));
    const auto oid = probed.oid;
    resolved.normalised_sql = probed.text;
    resolved.facts = co_await fetch_facts(connection, oid, resolved.normalised_sql);
    resolved.form = query::normalise(resolved.normalised_sql, resolved.facts);
    for (std::size_t i = 0; i < resolved.form.levels.size(); ++i) {
        auto types = co_await describe(connection, "freshet_described_" + std::to_string(i),
                                       compile::describe_sql(resolved.form.levels[i]));
        resolved.types.push_back(std::move(types));
    }
}

std::vector<core::Fault> shape_faults(const QueryText& text) {
    std::vector<core::Fault> faults;
    for (const auto& rejection : query::check_shape(text.sql).rejections) {
        faults.push_back(fault_at(text, rejection.offset, rejection.reason, rejection.hint));
    }
    return faults;
}

std::vector<core::Fault> without_position(const QueryText& text, const query::Rejected& rejected) {
    std::vector<core::Fault> faults;
    for (const auto& rejection : rejected.rejections) {
        faults.push_back(fault_at(text, std::string::npos, rejection.reason, rejection.hint));
    }
    return faults;
}

}  // namespace

asio::awaitable<Resolved> resolve(pg::Connection& connection, QueryText text) {
    if (auto faults = shape_faults(text); !faults.empty()) {
        throw core::Faults(std::move(faults));
    }
    std::set<sql::QualifiedName> stood_for;
    for (const auto& one : text.stand_ins) {
        stood_for.insert(one.view);
    }
    text.sql = query::without_schema(text.sql, stood_for);
    Resolved resolved;
    auto transaction = co_await pg::Transaction::begin(connection, pg::Isolation::read_committed);
    std::exception_ptr failure;
    try {
        co_await resolve_inside(connection, text, resolved);
    } catch (const query::Rejected& rejected) {
        failure = std::make_exception_ptr(core::Faults(without_position(text, rejected)));
    } catch (const pg::Error&) {
        failure = std::current_exception();
    } catch (const core::Faults&) {
        failure = std::current_exception();
    } catch (const core::Error& error) {
        failure =
            std::make_exception_ptr(core::Faults({fault_at(text, std::string::npos, error.what(), error.hint())}));
    }
    if (connection.alive()) {
        co_await transaction.rollback();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    co_return resolved;
}

asio::awaitable<ResolvedPredicate> resolve_predicate(pg::Connection& connection, sql::QualifiedName table,
                                                     std::string predicate) {
    co_await table_facts(connection, table);
    const QueryText text{"SELECT 1 AS one FROM " + table.quoted() + " AS r WHERE (" + predicate + "\n)", "", "public",
                         "UTC"};
    std::string reason;
    std::string hint;
    ResolvedPredicate resolved;
    auto transaction = co_await pg::Transaction::begin(connection, pg::Isolation::read_committed);
    std::exception_ptr failure;
    try {
        co_await pin_settings(connection, text.schema, text.timezone);
        const auto oid = co_await probe_query(connection, "freshet_probe", text);
        co_await connection.query("SELECT set_config('search_path', '', true)");
        const auto definition = co_await connection.query("SELECT pg_get_viewdef($1::oid)", pg::params(oid));
        const auto normalised = without_terminator(definition.text(0, 0));
        const auto facts = co_await fetch_facts(connection, oid, normalised);
        resolved.relation = query::normalise_filter(normalised, facts);
    } catch (const query::Rejected& rejected) {
        const auto& first = rejected.rejections.front();
        failure = std::make_exception_ptr(core::Error(first.reason, first.hint));
    } catch (const core::Error&) {
        failure = std::current_exception();
    }
    if (connection.alive()) {
        co_await transaction.rollback();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    for (const auto& condition : resolved.relation.capture_conditions) {
        resolved.text += (resolved.text.empty() ? "(" : " AND (") + condition + ")";
    }
    co_return resolved;
}

}  // namespace freshet::catalog
