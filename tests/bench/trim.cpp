// The size of the change log under a load that does not end: how often its space is given back.
#include <algorithm>
#include <atomic>
#include <thread>

#include "bench.hpp"
#include "daemon.hpp"

namespace freshet::bench {

namespace {

// 2,000 entries get other hours, ten times a second if the server manages, until told to stop.
void write_until(const std::atomic<bool>& stop, const std::string& conninfo, long entries, std::atomic<long>& rows) {
    testing::Client client(conninfo);
    const auto span = std::min(2000L, entries / 2);
    for (long at = 1; !stop; at = (at + span) % (entries - span)) {
        const auto due = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
        client.exec("UPDATE projects_time_entries SET hours = 7.75 - hours WHERE id BETWEEN " + std::to_string(at) +
                    " AND " + std::to_string(at + span - 1));
        rows += 2 * span;
        std::this_thread::sleep_until(due);
    }
}

double log_bytes(testing::Client& client) {
    return std::stod(
        client.scalar("SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c WHERE c.relkind = 'r' "
                      "AND c.relnamespace = 'freshet'::regnamespace AND c.relname ~ '^log_[0-9]+_[01]$'"));
}

}  // namespace

void measure_trim(Bench& bench) {
    const auto& options = bench.options;
    const auto conninfo = bench.firm("trim", options.writer_entries);
    testing::Client client(conninfo);
    Daemon daemon(conninfo, {.debounce = "200ms", .max_delay = "2s"});
    daemon.install();
    daemon.start();
    bench.say("watching the log under a steady load");
    std::atomic<bool> stop{false};
    std::atomic<long> rows{0};
    std::thread writer([&] { write_until(stop, conninfo, options.writer_entries, rows); });
    Curve curve{"size of the change log", {}};
    const Stopwatch watch;
    while (watch.seconds() < static_cast<double>(options.trim_time.count())) {
        curve.points.emplace_back(watch.seconds(), log_bytes(client));
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    stop = true;
    writer.join();
    const auto seconds = watch.seconds();
    wait_until_nothing_pending(client);
    Samples sizes;
    for (const auto& [time, bytes] : curve.points) sizes.add(bytes);
    Section section{"trim", "The size of the change log under a steady load"};
    section.comparisons = {{"the log with its indexes", Unit::bytes, {{"freshet", sizes}}},
                           {"rows logged meanwhile", Unit::per_second, {{"freshet", once(double(rows) / seconds)}}}};
    section.charts.push_back({"log_size",
                              "The change log under a steady load",
                              "seconds",
                              "bytes",
                              "bytes",
                              Scale::linear,
                              Scale::linear,
                              {curve}});
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("trim");
}

}  // namespace freshet::bench
