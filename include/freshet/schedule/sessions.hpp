// How the daemon's sessions are opened, and who is told of their state.
#pragma once

#include "freshet/observe/log.hpp"
#include "freshet/observe/metrics.hpp"
#include "freshet/pg/link.hpp"
#include "freshet/settings/settings.hpp"

namespace freshet::schedule {

constexpr core::Backoff::Limits reconnect_limits{std::chrono::milliseconds{100}, std::chrono::milliseconds{10'000}};

pg::ConnectOptions worker_options(const settings::Settings& settings);
pg::ConnectOptions control_options(const settings::Settings& settings);

// Tells the log and the metrics, which must outlive what is returned.
pg::Link::OnChange report_to(observe::Logger& log, observe::Metrics& metrics, observe::SessionRole role);

}  // namespace freshet::schedule
