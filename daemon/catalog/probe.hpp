// How catalog/ asks the server about a text: a temporary view, in a transaction that the caller rolls back. Private to
// catalog/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "freshet/catalog/resolve.hpp"

namespace freshet::catalog {

// At a byte offset of the user's text; without a position for npos.
core::Fault fault_at(const QueryText& text, std::size_t offset, std::string message, std::string hint);

// Where the user's text says `word`, as a whole word in any case; npos if it does not.
std::size_t find_word(std::string_view text, std::string_view word);

std::string without_terminator(std::string_view sql);

// Creates a temporary view over `sql` and returns its oid. The columns get the given names, if any.
asio::awaitable<std::string> probe(pg::Connection& connection, std::string name, std::string columns, std::string sql);

// The user's query as the temporary view `name`; the server's complaints become positioned faults.
asio::awaitable<std::string> probe_query(pg::Connection& connection, std::string name, QueryText text);

// The settings that names and literals of the text depend on.
asio::awaitable<void> pin_settings(pg::Connection& connection, std::string schema, std::string timezone);

// Date literals that the server replaces by the present moment when it reads them.
std::optional<core::Fault> frozen_literal(const QueryText& text, const std::string& normalised);

// What a row of called_functions.sql means for the user.
core::Fault function_fault(const QueryText& text, const pg::Result& rows, int row);

}  // namespace freshet::catalog
