// What the daemon itself takes: memory when it sleeps, and when a million changes wait for it.
#include "bench.hpp"
#include "changes.hpp"
#include "daemon.hpp"

namespace freshet::bench {

namespace {

constexpr double mebibyte = 1024 * 1024;

// Two log rows of each updated entry, one of each that is inserted or deleted.
void leave_pending(testing::Client& client, long changes) {
    const auto rows = std::to_string(changes / 4);
    client.exec(
        "INSERT INTO projects_time_entries (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, "
        "approved) "
        "SELECT project_id, task_id, user_id, date, 1, hourly_rate, is_billable, true FROM projects_time_entries "
        "LIMIT " +
        rows);
    client.exec(
        "UPDATE projects_time_entries SET hours = 7.75 - hours WHERE id IN (SELECT id FROM projects_time_entries "
        "WHERE approved ORDER BY id LIMIT " +
        rows + ")");
    client.exec(
        "DELETE FROM projects_time_entries WHERE id IN (SELECT id FROM projects_time_entries WHERE approved "
        "ORDER BY id DESC LIMIT " +
        rows + ")");
}

}  // namespace

void measure_memory(Bench& bench) {
    const auto& options = bench.options;
    const auto conninfo = bench.firm("memory", std::max(options.pending, 2 * options.small_entries));
    testing::Client client(conninfo);
    Daemon daemon(conninfo, {.strategy = "delta"});
    daemon.install();
    daemon.start();
    wait_until_asleep(client);
    const auto idle = daemon.resident();
    daemon.stop();
    bench.say("leaving " + std::to_string(options.pending) + " changes pending");
    leave_pending(client, options.pending);
    const auto pending = client.scalar("SELECT max(pending_changes) FROM freshet.status");
    bench.say("folding them");
    daemon.start();  // returns when nothing is pending
    wait_until_asleep(client);
    const auto most = daemon.most_resident();
    Section section{"memory", "Memory of the daemon (RSS)"};
    section.comparisons = {
        {"idle", Unit::bytes, {{"freshetd", once(idle)}}},
        {"while " + pending + " changes were folded, at most", Unit::bytes, {{"freshetd", once(most)}}}};
    section.reached.emplace_back("rss_idle", once(idle / mebibyte));
    section.reached.emplace_back("rss_pending", once(most / mebibyte));
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("memory");
}

}  // namespace freshet::bench
