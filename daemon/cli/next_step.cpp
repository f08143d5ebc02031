#include "freshet/cli/next_step.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace freshet::cli {

namespace {

// The first that is found in the message counts; {view} is replaced.
constexpr std::array<std::pair<std::string_view, std::string_view>, 8> remedies{{
    {"are not captured",
     "freshetd plan shows what is missing, freshetd install puts it back and the view is recomputed"},
    {"lock timeout",
     "somebody holds a lock: SELECT pid, usename, state, query FROM pg_stat_activity WHERE pid = ANY (SELECT "
     "unnest(pg_blocking_pids(a.pid)) FROM pg_stat_activity a WHERE a.application_name LIKE 'freshetd/%')"},
    {"statement timeout",
     "it waits or works too long: SELECT pid, wait_event_type, pg_blocking_pids(pid), query FROM pg_stat_activity "
     "WHERE "
     "application_name LIKE 'freshetd/%'; daemon.statement_timeout is the limit"},
    {"permission denied", "grant the daemon's role what the message names; the refresh is then repeated by itself"},
    {"does not exist", "a table or function changed under the view: freshetd check, then freshetd install"},
    {"No space left", "free space on the database server; the refresh is then repeated by itself"},
    {"could not extend file", "free space on the database server; the refresh is then repeated by itself"},
    {"the process ended", "nothing, if later refreshes succeeded; otherwise systemctl status freshetd"},
}};

constexpr std::string_view otherwise =
    "freshetd log {view} --failed has the history; once the cause is gone the refresh is repeated by itself, at once "
    "with "
    "freshetd refresh {view}";

std::string about(std::string_view remedy, const std::string& view) {
    std::string text(remedy);
    constexpr std::string_view place = "{view}";
    for (auto at = text.find(place); at != std::string::npos; at = text.find(place, at + view.size())) {
        text.replace(at, place.size(), view);
    }
    return text;
}

}  // namespace

std::string next_step_after(const std::string& error, const std::string& view) {
    for (const auto& [words, remedy] : remedies) {
        if (error.find(words) != std::string::npos) return about(remedy, view);
    }
    return about(otherwise, view);
}

std::optional<std::string> next_step(const ViewStatus& view) {
    if (view.state == "not installed") return "freshetd install";
    if (view.last_error) return next_step_after(*view.last_error, view.view);
    if (view.state == "building") return "freshetd install fills it; if it was interrupted, run it again";
    if (view.state == "broken")
        return about("the daemon recomputes it; freshetd log {view} shows whether it did", view.view);
    if (!view.healthy() && view.held_up) return "end the transaction whose lock freshetd waits for";
    if (!view.healthy())
        return "see that the daemon works: systemctl status freshetd; journalctl -u freshetd --since -10min";
    return std::nullopt;
}

}  // namespace freshet::cli
