#include "guard.hpp"

#include <algorithm>

namespace freshet::install {

namespace {

constexpr std::size_t longest_name = 63;  // NAMEDATALEN - 1

// Not in the middle of a character.
std::string cut(std::string text, std::size_t bytes) {
    const std::string more = "...";
    if (text.size() <= bytes) {
        return text;
    }
    auto end = bytes - more.size();
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) {
        --end;
    }
    return text.substr(0, end) + more;
}

std::string create_guard(const capture::SourceCapture& capture, const std::string& name) {
    std::string columns;
    for (const auto& column : capture.columns) {
        columns += (columns.empty() ? "t." : ", t.") + sql::quote(column.name);
    }
    return "CREATE VIEW freshet." + sql::quote(name) + " AS SELECT " + columns + " FROM " + capture.table.quoted() +
           " AS t WHERE false";
}

std::vector<std::string> names_of(const std::vector<query::ColumnFact>& columns) {
    std::vector<std::string> names;
    for (const auto& column : columns) {
        names.push_back(column.name);
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace

std::string guard_name(const std::vector<std::string>& readers, int source_id) {
    std::string text = "read by ";
    for (const auto& reader : readers) {
        text += (&reader == &readers.front() ? "" : ", ") + reader;
    }
    const auto suffix = " (" + std::to_string(source_id) + ")";
    return cut(std::move(text), longest_name - suffix.size()) + suffix;
}

asio::awaitable<void> install_guard(pg::Connection& connection, capture::SourceCapture capture,
                                    std::vector<std::string> readers, LockPolicy policy) {
    if (capture.table.schema == "freshet") {
        co_return;
    }
    const auto name = guard_name(readers, capture.source_id);
    const auto present = co_await connection.query(
        query_text("guard"), pg::params(std::to_string(capture.source_id), capture.table.quoted()));
    if (present.rows() == 0 && capture.columns.empty()) {
        co_return;
    }
    if (present.rows() == 1 && present.text(0, 0) == name) {
        auto columns = present.strings(0, 1);
        std::sort(columns.begin(), columns.end());
        if (columns == names_of(capture.columns)) {
            co_return;
        }
    }
    std::vector<std::string> statements;
    statements.push_back(capture::drop_guard(capture.source_id));
    if (!capture.columns.empty()) {
        statements.push_back(create_guard(capture, name));
        statements.push_back(
            "COMMENT ON VIEW freshet." + sql::quote(name) +
            " IS 'Keeps the columns that freshet views read from being dropped or retyped. To do so all the same: SELECT "
            "freshet.release(table), ALTER TABLE, then freshetd install'");
    }
    co_await under_lock(connection, std::move(statements), policy, "guard the columns of " + capture.table.display());
}

}  // namespace freshet::install
