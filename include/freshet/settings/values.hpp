// The small languages inside the configuration's texts: an address, a time of day, an interval, a zone, an index
// column.
//
// They answer whether a text is well formed; what exists, only the server knows. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::settings {

struct Endpoint {
    std::string host;  // without brackets
    std::uint16_t port = 0;

    bool operator==(const Endpoint&) const = default;
};

// "host:port" or "[v6]:port"; host is an IP address or a host name.
std::optional<Endpoint> parse_endpoint(std::string_view text);

// "00:00" to "23:59"
bool is_time_of_day(std::string_view text);

// A positive interval such as "3 years" or "1 year 6 months", in units that PostgreSQL knows: hours and longer.
bool is_interval(std::string_view text);

// Looks like a name of the time zone database: "Europe/Berlin", "UTC", "Etc/GMT+5".
bool is_zone_name(std::string_view text);

// "column [ASC|DESC] [NULLS FIRST|LAST]", the column in double quotes if it needs them.
bool is_index_column(std::string_view text);

}  // namespace freshet::settings
