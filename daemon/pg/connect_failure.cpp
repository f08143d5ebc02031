#include "freshet/pg/connect_failure.hpp"

#include <algorithm>
#include <cctype>
#include <utility>

namespace freshet::pg {

namespace {

bool is_state_character(char character) {
    return std::isdigit(static_cast<unsigned char>(character)) != 0 || (character >= 'A' && character <= 'Z');
}

// Takes the SQLSTATE out of "FATAL:  28P01: text". The severity is translated by the server, the two blanks are not.
std::string take_sqlstate(std::string& line) {
    const std::size_t blanks = line.find(":  ");
    if (blanks == std::string::npos) return {};
    const std::string state = line.substr(blanks + 3, 5);
    const bool found = state.size() == 5 && std::all_of(state.begin(), state.end(), is_state_character) &&
                       line.compare(blanks + 8, 2, ": ") == 0;
    if (!found) return {};
    line.replace(blanks, 10, ": ");
    return state;
}

std::string_view next_line(std::string_view& text) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return line;
}

struct Reading {
    std::string reason;
    std::string sqlstate;
};

// libpq writes a line for each address it tried; what follows indented, or as LOCATION, is commentary.
Reading read(std::string_view text) {
    Reading reading;
    while (!text.empty()) {
        std::string line(next_line(text));
        if (!reading.reason.empty() && !line.starts_with("connection to ")) continue;
        const std::string state = take_sqlstate(line);
        if (!state.empty()) reading.sqlstate = state;
        reading.reason += (reading.reason.empty() ? "" : "; ") + line;
    }
    return reading;
}

std::string hint_for(const Reading& reading) {
    const std::string& state = reading.sqlstate;
    if (reading.reason.find("no password supplied") != std::string::npos) {
        return "supply the password in a passfile or in PGPASSWORD";
    }
    if (state.starts_with("28")) return "check the user, its password and the server's pg_hba.conf";
    if (state == "3D000") return "create the database, or correct dbname in the conninfo";
    if (state == "53300") return "raise max_connections on the server, or use fewer workers";
    if (state == "57P03") return "the server is starting up or shutting down; try again in a moment";
    if (state == "42501") return "grant CONNECT on the database to the user";
    return "check that the server runs, and host and port in the conninfo";
}

bool may_hold_secret(std::string_view conninfo) {
    // "sslpassword" and URIs with user:password@host count as well.
    return conninfo.find("pass") != std::string_view::npos || conninfo.find('@') != std::string_view::npos;
}

}  // namespace

Error::Fields connect_failure(std::string_view libpq_text) {
    Reading reading = read(libpq_text);
    Error::Fields fields;
    fields.message = "cannot connect to PostgreSQL: " + reading.reason;
    fields.hint = hint_for(reading);
    fields.sqlstate = std::move(reading.sqlstate);
    fields.connection_lost = true;
    return fields;
}

Error::Fields conninfo_failure(std::string_view conninfo, std::string_view libpq_text) {
    Error::Fields fields;
    fields.message = "cannot connect to PostgreSQL: the conninfo is malformed";
    if (!may_hold_secret(conninfo)) fields.message += ": " + std::string(next_line(libpq_text));
    fields.hint = "write it as key=value pairs or as a postgresql:// URI, and quote values that contain blanks";
    return fields;
}

}  // namespace freshet::pg
