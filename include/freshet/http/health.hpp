// The daemon's own pages: / /metrics /healthz /readyz /status.
//
// They show snapshots that the composition root supplies and never ask PostgreSQL, so they answer when it does not.
#pragma once

#include <functional>
#include <string>

#include "freshet/http/router.hpp"
#include "freshet/observe/status.hpp"

namespace freshet::http {

struct HealthSources {
    std::function<std::string()> metrics;  // Prometheus text format
    std::function<observe::DaemonStatus()> status;
};

// Adds the pages; / lists the routes that are there when this is called, and these.
void add_health_routes(Router& router, const HealthSources& sources);

}  // namespace freshet::http
