// Asks the database, which knows the time zones, when each view is to be reconciled next.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

#include "freshet/observe/log.hpp"
#include "freshet/pg/connection.hpp"
#include "freshet/schedule/calendar.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::schedule {

namespace asio = boost::asio;

// One entry for each view with a schedule, or for each of its tenants. A view whose schedule cannot be computed is left
// out and logged. `settings` and `log` must outlive the call; pg::Error if the connection is lost.
asio::awaitable<std::vector<DueEntry>> upcoming_reconciles(pg::Connection& connection,
                                                           const settings::Settings& settings, observe::Logger& log);

}  // namespace freshet::schedule
