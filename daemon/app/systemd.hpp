// What we tell systemd, if it started us. Private to app/.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace freshet::app {

void notify_ready(const std::string& status);
void notify_reloading();
void notify_stopping();
void notify_status(const std::string& status);
void notify_alive();

// How often the watchdog wants to hear from us; nullopt if there is none.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace freshet::app
