#include "freshet/catalog/resolve.hpp"

#include <algorithm>
#include <cctype>

#include "freshet/sql/texts.hpp"

namespace freshet::catalog {

namespace {

std::string query_text(std::string_view name) {
    return std::string(sql::text("triggers/queries/catalog/" + std::string(name) + ".sql"));
}

core::Fault fault_at(const QueryText& text, std::size_t offset, std::string message, std::string hint) {
    core::Fault fault{text.file, 0, 0, std::move(message), std::move(hint)};
    if (offset != std::string::npos) {
        const auto position = core::position_of(text.sql, offset);
        fault.line = position.line;
        fault.column = position.column;
    }
    return fault;
}

// Byte offset of the character that PostgreSQL counts as number `position` (from 1) in `text`.
std::size_t byte_offset(std::string_view text, int position) {
    std::size_t offset = 0;
    for (int seen = 0; offset < text.size(); ++offset) {
        const bool starts_character = (static_cast<unsigned char>(text[offset]) & 0xC0U) != 0x80U;
        if (starts_character && ++seen == position) {
            break;
        }
    }
    return offset;
}

// Where the user's text says `word`, as a whole word in any case; npos if it does not.
std::size_t find_word(std::string_view text, std::string_view word) {
    const auto same = [](char a, char b) {
        return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
    };
    const auto part_of_word = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; };
    auto from = text.begin();
    while (true) {
        const auto found = std::search(from, text.end(), word.begin(), word.end(), same);
        if (found == text.end()) {
            return std::string::npos;
        }
        const auto end = found + static_cast<std::ptrdiff_t>(word.size());
        if ((found == text.begin() || !part_of_word(found[-1])) && (end == text.end() || !part_of_word(*end))) {
            return static_cast<std::size_t>(found - text.begin());
        }
        from = found + 1;
    }
}

std::string without_terminator(std::string_view sql) {
    auto end = sql.size();
    while (end > 0 && (std::isspace(static_cast<unsigned char>(sql[end - 1])) != 0 || sql[end - 1] == ';')) {
        --end;
    }
    return std::string(sql.substr(0, end));
}

// Creates a temporary view over `sql` and returns its oid. The columns get the given names, if any.
asio::awaitable<std::string> probe(pg::Connection& connection, std::string name, std::string columns, std::string sql) {
    co_await connection.script("CREATE TEMPORARY VIEW " + name + columns + " AS\n" + sql + "\n");
    const auto oid = co_await connection.query("SELECT 'pg_temp." + name + "'::regclass::oid::text");
    co_return oid.text(0, 0);
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

asio::awaitable<query::Facts> fetch_facts(pg::Connection& connection, std::string normalised, std::string prefix) {
    const auto required = query::required_facts(normalised);
    query::Facts facts;
    for (const auto& table : required.tables) {
        facts.tables[table] = (co_await table_facts(connection, table)).columns;
    }
    int number = 0;
    for (const auto& select : required.selects) {
        co_await fetch_select_types(connection, prefix + std::to_string(number++), select, facts);
    }
    co_return facts;
}

// Date literals that the server replaces by the present moment when it reads them.
std::optional<core::Fault> frozen_literal(const QueryText& text, const std::string& normalised) {
    for (const auto* word : {"today", "tomorrow", "yesterday", "now"}) {
        const auto at = find_word(text.sql, word);
        const bool quoted = at != std::string::npos && at > 0 && text.sql[at - 1] == '\'';
        if (quoted && find_word(normalised, word) == std::string::npos) {
            return fault_at(text, at - 1, "'" + std::string(word) + "' would be frozen at the moment of installation",
                            "move a moving window to \"retention\"");
        }
    }
    return std::nullopt;
}

core::Fault function_fault(const QueryText& text, const pg::Result& rows, int row) {
    const auto name = rows.text(row, 0);
    const auto signature = rows.text(row, 1);
    const auto problem = rows.text(row, 2);
    const auto at = find_word(text.sql, name);
    if (problem == "aggregate") {
        return fault_at(text, at, "the aggregate " + signature + " is not maintained incrementally",
                        "use strategy concurrent for this view");
    }
    if (problem == "set") {
        return fault_at(text, at, signature + " returns a set", "move it out of the query");
    }
    if (problem == "input") {
        return fault_at(text, std::string::npos, "the cast of " + signature + " can read the clock ('today')",
                        "use to_date, to_timestamp or make_date");
    }
    return fault_at(text, at,
                    signature + " is " + (problem == "volatile" ? "volatile" : "only stable") +
                        ": the same rows can give another result later",
                    "use functions that are immutable, or depend on the time zone alone");
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

// The user's query as a temporary view; the server's complaints become positioned faults.
asio::awaitable<std::string> probe_query(pg::Connection& connection, QueryText text) {
    const std::string prefix = "CREATE TEMPORARY VIEW freshet_probe AS\n";
    std::optional<core::Fault> fault;
    try {
        const auto oid = co_await probe(connection, "freshet_probe", "", without_terminator(text.sql));
        co_return oid;
    } catch (const pg::Error& error) {
        if (error.connection_lost() || error.timed_out()) {
            throw;
        }
        const auto& fields = error.fields();
        auto hint = fields.hint;
        if (fields.sqlstate == "42501" && hint.empty()) {
            hint = "GRANT what is missing to the daemon's role; TEMPORARY on the database is needed, too";
        }
        const auto at = fields.position > static_cast<int>(prefix.size())
                            ? byte_offset(text.sql, fields.position - static_cast<int>(prefix.size()))
                            : std::string::npos;
        fault = fault_at(text, at, fields.message, std::move(hint));
    }
    throw core::Faults({std::move(*fault)});
}

asio::awaitable<void> pin_settings(pg::Connection& connection, std::string schema, std::string timezone) {
    const auto path = (schema == "public" ? "" : sql::quote(schema) + ", ") + std::string("public");
    try {
        co_await connection.query("SELECT set_config('search_path', $1, true), set_config('TimeZone', $2, true)",
                                  pg::params(path, timezone));
    } catch (const pg::Error& error) {
        if (error.sqlstate() == "22023") {
            throw core::Error("the server knows no time zone \"" + timezone + "\"",
                              "SELECT name FROM pg_timezone_names lists them");
        }
        throw;
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

// Everything below runs inside the transaction that resolve() rolls back.
asio::awaitable<void> resolve_inside(pg::Connection& connection, QueryText text, Resolved& resolved) {
    co_await pin_settings(connection, text.schema, text.timezone);
    const auto oid = co_await probe_query(connection, text);
    co_await connection.query("SELECT set_config('search_path', '', true)");
    co_await check_functions(connection, text, oid);
    const auto definition = co_await connection.query("SELECT pg_get_viewdef($1::oid)", pg::params(oid));
    resolved.normalised_sql = without_terminator(definition.text(0, 0));
    if (auto frozen = frozen_literal(text, resolved.normalised_sql)) {
        throw core::Faults(std::vector<core::Fault>(1, std::move(*frozen)));
    }
    resolved.facts = co_await fetch_facts(connection, resolved.normalised_sql, "freshet_select_");
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
        const auto oid = co_await probe_query(connection, text);
        co_await connection.query("SELECT set_config('search_path', '', true)");
        const auto definition = co_await connection.query("SELECT pg_get_viewdef($1::oid)", pg::params(oid));
        const auto normalised = without_terminator(definition.text(0, 0));
        const auto facts = co_await fetch_facts(connection, normalised, "freshet_select_");
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
