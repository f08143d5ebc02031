#include "freshet/catalog/resolve.hpp"

#include "freshet/query/expand_views.hpp"
#include "probe.hpp"
#include "queries.hpp"
#include "source_faults.hpp"
#include "stand_in.hpp"

namespace freshet::catalog {

namespace {

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

// Throws core::Faults, each where the query names the table or the view through which it reads it.
asio::awaitable<void> fetch_tables(pg::Connection& connection, std::vector<sql::QualifiedName> tables,
                                   SourcePlaces places, query::Facts& facts) {
    std::vector<core::Fault> faults;
    for (const auto& table : tables) {
        try {
            auto known = co_await table_facts(connection, table);
            facts.tables[table] = std::move(known.columns);
            facts.unique_indexes[table] = std::move(known.unique_indexes);
        } catch (const pg::Error&) {
            throw;
        } catch (const core::Error& error) {
            faults.push_back(places.fault_of(table, error.what(), error.hint()));
        }
    }
    if (!faults.empty()) {
        throw core::Faults(std::move(faults));
    }
}

// `oid`: of the view whose definition `normalised` is.
asio::awaitable<query::Facts> fetch_facts(pg::Connection& connection, std::string oid, std::string normalised,
                                          SourcePlaces places) {
    query::Facts facts;
    const auto aggregates = co_await connection.query(query_text("called_aggregates"), pg::params(oid));
    for (int i = 0; i < aggregates.rows(); ++i) {
        facts.aggregates.insert(aggregates.text(i, 0));
    }
    const auto required = query::required_facts(normalised, facts.aggregates);
    co_await fetch_tables(connection, required.tables, std::move(places), facts);
    int number = 0;
    for (const auto& select : required.selects) {
        co_await fetch_select_types(connection, "freshet_select_" + std::to_string(number++), select, facts);
    }
    co_return facts;
}

asio::awaitable<std::vector<core::Fault>> function_faults(pg::Connection& connection, QueryText text, std::string oid) {
    const auto rows = co_await connection.query(query_text("called_functions"), pg::params(oid));
    std::vector<core::Fault> faults;
    for (int i = 0; i < rows.rows(); ++i) {
        // The moment of writing is a column of the public relation, not of the rows.
        if (rows.text(i, 1) != "now()") {
            faults.push_back(function_fault(text, rows, i));
        }
    }
    co_return faults;
}

// Those that the query calls itself, and those behind the views that it reads.
asio::awaitable<void> check_functions(pg::Connection& connection, QueryText text, std::string oid, ViewsRead read) {
    auto faults = co_await function_faults(connection, text, oid);
    const SourcePlaces places(text, read);
    for (const auto& view : read.views) {
        const auto relation =
            co_await connection.query("SELECT $1::regclass::oid::text", pg::params(view.name.quoted()));
        const auto below = co_await function_faults(connection, text, relation.text(0, 0));
        for (const auto& fault : below) {
            faults.push_back(places.fault_in(view.name, fault.message, fault.hint));
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

std::vector<core::Fault> shape_faults(const QueryText& text, const query::Shape& shape) {
    std::vector<core::Fault> faults;
    for (const auto& rejection : shape.rejections) {
        faults.push_back(fault_at(text, rejection.offset, rejection.reason, rejection.hint));
    }
    return faults;
}

// What the text alone tells comes before what the server says. But a view that it reads may group, and only the server
// knows: then nothing is certain yet.
asio::awaitable<std::string> probe_shaped(pg::Connection& connection, QueryText text, std::vector<core::Fault> faults) {
    std::exception_ptr failure;
    try {
        auto oid = co_await probe_query(connection, "freshet_probe", text);
        co_return oid;
    } catch (const core::Faults&) {
        failure = faults.empty() ? std::current_exception() : std::make_exception_ptr(core::Faults(faults));
    }
    std::rethrow_exception(failure);
}

// A temporary view whose rule says what the server made of the query, and the rule as text.
struct Probed {
    std::string oid;
    std::string text;
};

asio::awaitable<Probed> read_back(pg::Connection& connection, std::string oid) {
    co_await connection.query("SELECT set_config('search_path', '', true)");
    const auto definition = co_await connection.query("SELECT pg_get_viewdef($1::oid)", pg::params(oid));
    co_return Probed{std::move(oid), without_terminator(definition.text(0, 0))};
}

asio::awaitable<Probed> probe_again(pg::Connection& connection, std::string name, std::string sql) {
    auto oid = co_await probe(connection, std::move(name), "", std::move(sql));
    co_return co_await read_back(connection, std::move(oid));
}

// Once more, without the views: what is computed in them is computed by this query then.
asio::awaitable<Probed> expand_stand_ins(pg::Connection& connection, QueryText text, Probed probed) {
    if (text.stand_ins.empty()) {
        co_return probed;
    }
    auto expanded = co_await take_down(connection, probed.text, text.stand_ins);
    probed = co_await probe_again(connection, "freshet_expanded", std::move(expanded));
    co_await check_functions(connection, text, probed.oid, {});
    co_return probed;
}

// The query over tables alone.
asio::awaitable<Probed> without_views(pg::Connection& connection, QueryText text, Probed probed, ViewsRead read) {
    if (read.definitions.empty()) {
        co_return probed;
    }
    const auto inlined = query::inline_views(probed.text, read.definitions);
    if (auto faults = faults_of_inlined(text, inlined); !faults.empty()) {
        throw core::Faults(std::move(faults));
    }
    auto over_tables = inlined.sql;
    if (!text.stand_ins.empty()) {
        over_tables = co_await take_down(connection, std::move(over_tables), text.stand_ins);
    }
    co_return co_await probe_again(connection, "freshet_inlined", std::move(over_tables));
}

// Everything below runs inside the transaction that resolve() rolls back.
asio::awaitable<void> resolve_inside(pg::Connection& connection, QueryText text, Resolved& resolved) {
    const auto faults = shape_faults(text, query::check_shape(text.sql));
    co_await put_up(connection, text.stand_ins);
    co_await pin_settings(connection, text.schema, text.timezone);
    auto asked = co_await probe_shaped(connection, text, faults);
    const auto written = co_await read_back(connection, std::move(asked));
    auto probed = co_await expand_stand_ins(connection, text, written);
    auto read = co_await views_read(connection, probed.text);
    if (!faults.empty() && read.definitions.empty()) {
        throw core::Faults(faults);
    }
    co_await check_functions(connection, text, written.oid, read);
    if (auto frozen = frozen_literal(text, written.text)) {
        throw core::Faults(std::vector<core::Fault>(1, std::move(*frozen)));
    }
    probed = co_await without_views(connection, text, std::move(probed), read);
    resolved.normalised_sql = probed.text;
    resolved.views = read.views;
    const bool is_all = read.definitions.empty() && text.stand_ins.empty();
    resolved.facts = co_await fetch_facts(connection, probed.oid, probed.text, SourcePlaces(text, std::move(read)));
    if (is_all) {
        auto certain = shape_faults(text, query::check_shape(text.sql, resolved.facts.aggregates));
        if (!certain.empty()) {
            throw core::Faults(std::move(certain));
        }
    }
    resolved.form = query::normalise(resolved.normalised_sql, resolved.facts);
    for (std::size_t i = 0; i < resolved.form.levels.size(); ++i) {
        auto types = co_await describe(connection, "freshet_described_" + std::to_string(i),
                                       compile::describe_sql(resolved.form.levels[i]));
        resolved.types.push_back(std::move(types));
    }
}

// Offsets into the server's rendering mean nothing to people; what it says of a table does.
std::vector<core::Fault> faults_of(const QueryText& text, const query::Rejected& rejected) {
    std::vector<core::Fault> faults;
    for (const auto& rejection : rejected.rejections) {
        const auto at = rejection.relation.empty()
                            ? std::string::npos
                            : query::find_relation(text.sql, rejection.relation, rejection.alias);
        faults.push_back(fault_at(text, at, rejection.reason, rejection.hint));
    }
    return faults;
}

}  // namespace

asio::awaitable<Resolved> resolve(pg::Connection& connection, QueryText text) {
    if (const auto shape = query::check_shape(text.sql); !shape.parses) {
        throw core::Faults(shape_faults(text, shape));
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
        failure = std::make_exception_ptr(core::Faults(faults_of(text, rejected)));
    } catch (const RefusedSources& refused) {
        failure = std::make_exception_ptr(core::Faults(faults_of_sources(text, refused)));
    } catch (const query::SyntaxError& error) {
        failure = std::make_exception_ptr(core::Faults({unreadable_definition(text, error)}));
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
        const auto facts = co_await fetch_facts(connection, oid, normalised, SourcePlaces(text, {}));
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
