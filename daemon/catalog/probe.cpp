#include "probe.hpp"

#include <algorithm>
#include <cctype>

namespace freshet::catalog {

namespace {

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

}  // namespace

core::Fault fault_at(const QueryText& text, std::size_t offset, std::string message, std::string hint) {
    core::Fault fault{text.file, 0, 0, std::move(message), std::move(hint)};
    if (offset != std::string::npos) {
        const auto position = core::position_of(text.sql, offset);
        fault.line = position.line;
        fault.column = position.column;
    }
    return fault;
}

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

asio::awaitable<std::string> probe(pg::Connection& connection, std::string name, std::string columns, std::string sql) {
    co_await connection.script("CREATE TEMPORARY VIEW " + name + columns + " AS\n" + sql + "\n");
    const auto oid = co_await connection.query("SELECT 'pg_temp." + name + "'::regclass::oid::text");
    co_return oid.text(0, 0);
}

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

asio::awaitable<std::string> probe_query(pg::Connection& connection, std::string name, QueryText text) {
    const std::string prefix = "CREATE TEMPORARY VIEW " + name + " AS\n";
    std::optional<core::Fault> fault;
    try {
        const auto oid = co_await probe(connection, name, "", without_terminator(text.sql));
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

}  // namespace freshet::catalog
