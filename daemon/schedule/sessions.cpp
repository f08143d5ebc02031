#include "freshet/schedule/sessions.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace freshet::schedule {

namespace {

// No statement of the control session works on a whole table; a server that does not answer one is as good as gone.
constexpr std::chrono::milliseconds control_timeout{60'000};

pg::ConnectOptions options_for(const settings::Settings& settings, const std::string& role) {
    pg::ConnectOptions options;
    options.conninfo = settings.database.conninfo;
    options.application_name = "freshetd/" + role;
    options.default_timeout = settings.daemon.statement_timeout;
    return options;
}

}  // namespace

pg::ConnectOptions worker_options(const settings::Settings& settings) {
    return options_for(settings, "worker");
}

pg::ConnectOptions control_options(const settings::Settings& settings) {
    auto options = options_for(settings, "control");
    options.default_timeout = std::min(options.default_timeout, control_timeout);
    // It looks all the time: with one core, and without time spent on compiling.
    options.settings.emplace_back("max_parallel_workers_per_gather", "0");
    options.settings.emplace_back("jit", "off");
    return options;
}

pg::Link::OnChange report_to(observe::Logger& log, observe::Metrics& metrics, observe::SessionRole role) {
    // Each link has a copy of this of its own.
    return [&log, &metrics, role, had_session = false](const pg::LinkChange& change) mutable {
        if (change.state == pg::LinkState::waiting && change.error != nullptr) {
            log.warning("no session with the database",
                        {{"error", change.error->what()}, {"hint", change.error->hint()}, {"retry_in", change.pause}});
            metrics.set_database(role, observe::DatabaseState::down);
        } else if (change.state == pg::LinkState::connected) {
            metrics.set_database(role, observe::DatabaseState::up);
            if (std::exchange(had_session, true)) {
                metrics.reconnected(role);
            }
        }
    };
}

}  // namespace freshet::schedule
