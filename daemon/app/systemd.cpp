#include "systemd.hpp"

#include <systemd/sd-daemon.h>
#include <time.h>

#include <cstdint>

namespace freshet::app {

namespace {

void notify(const std::string& state) { sd_notify(0, state.c_str()); }

std::string monotonic_microseconds() {
    timespec now{};
    clock_gettime(CLOCK_MONOTONIC, &now);
    return std::to_string(static_cast<std::int64_t>(now.tv_sec) * 1'000'000 + now.tv_nsec / 1000);
}

}  // namespace

void notify_ready(const std::string& status) { notify("READY=1\nSTATUS=" + status); }

// systemd 253 pairs a reload with its end by this time stamp; older ones ignore it.
void notify_reloading() { notify("RELOADING=1\nMONOTONIC_USEC=" + monotonic_microseconds()); }

void notify_stopping() { notify("STOPPING=1\nSTATUS=finishing refreshes under way"); }

void notify_status(const std::string& status) { notify("STATUS=" + status); }

void notify_alive() { notify("WATCHDOG=1"); }

std::optional<std::chrono::microseconds> watchdog_interval() {
    std::uint64_t microseconds = 0;
    if (sd_watchdog_enabled(0, &microseconds) <= 0) {
        return std::nullopt;
    }
    return std::chrono::microseconds(microseconds);
}

}  // namespace freshet::app
