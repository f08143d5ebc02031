// What capturing changes costs those who write: small commits from several sessions.
#include "bench.hpp"
#include "crowd.hpp"
#include "daemon.hpp"
#include "tables.hpp"

namespace freshet::bench {

namespace {

enum class DaemonState { stopped, running };

struct Variant {
    const char* who;
    const char* table;
    DaemonState daemon;
};

constexpr Variant variants[] = {
    {"freshet's triggers", captured_table, DaemonState::stopped},
    {"no capture", plain_table, DaemonState::stopped},
    {"reports in the writer's transaction", summing_table, DaemonState::stopped},
    {"a trigger that calls pg_notify", notifying_table, DaemonState::stopped},
    {"freshet, the daemon folding", captured_table, DaemonState::running},
    {"no capture, freshet installed beside it", plain_table, DaemonState::running},
};
constexpr std::size_t triggers = 0;
constexpr std::size_t plain = 1;
constexpr std::size_t folding = 4;
constexpr std::size_t untouched = 5;

// Each variant once, those with the same state of the daemon after each other, in an order that the round decides.
void take_round(Bench& bench, const std::string& conninfo, Daemon& daemon, int writers, int round,
                std::vector<Figure>& figures) {
    for (int half = 0; half < 2; ++half) {
        const auto state = (half + round) % 2 == 0 ? DaemonState::stopped : DaemonState::running;
        if (state == DaemonState::running) daemon.start();
        for (std::size_t i = 0; i < figures.size(); ++i) {
            const auto which = (i + static_cast<std::size_t>(round)) % figures.size();
            if (variants[which].daemon != state) continue;
            if (which == untouched) {  // whoever writes to other tables than the reports' finds the daemon asleep
                testing::Client client(conninfo);
                wait_until_asleep(client);
            }
            Crowd crowd(conninfo, variants[which].table, writers, bench.options.writer_entries);
            figures[which].samples.add(crowd.run(bench.options.slice).rate());
        }
        if (state == DaemonState::running) daemon.stop();
    }
}

void add_targets(Section& section, int writers, const std::vector<Figure>& figures) {
    const auto against_plain = [&](std::size_t which) {
        return paired_ratios(figures[which].samples, figures[plain].samples);
    };
    const auto number = std::to_string(writers);
    if (writers == 1 || writers == 8) {
        section.reached.emplace_back("writers_" + number, against_plain(triggers));
        section.reached.emplace_back("writers_" + number + "_folding", against_plain(folding));
    }
    if (writers == 8) section.reached.emplace_back("untouched", against_plain(untouched));
}

}  // namespace

void measure_writers(Bench& bench) {
    const auto conninfo = bench.firm("writers", bench.options.writer_entries);
    testing::Client client(conninfo);
    create_tables_alike(client);
    Daemon daemon(conninfo, {.debounce = "200ms", .max_delay = "2s"});
    daemon.install();
    Section section{"writers", "Commits of one inserted or updated row (fsync on)"};
    Chart chart{"writers", "Commits a second of one inserted or updated row", "writers", "commits a second", "short"};
    for (const auto& variant : variants) chart.curves.push_back({variant.who, {}});
    for (const int writers : bench.options.writers) {
        bench.say(std::to_string(writers) + " writers");
        std::vector<Figure> figures;
        for (const auto& variant : variants) figures.push_back({variant.who, {}});
        for (int round = 0; round < bench.options.writer_rounds; ++round) {
            take_round(bench, conninfo, daemon, writers, round, figures);
        }
        add_targets(section, writers, figures);
        for (std::size_t i = 0; i < figures.size(); ++i) {
            chart.curves[i].points.emplace_back(writers, figures[i].samples.median());
        }
        section.comparisons.push_back(
            {std::to_string(writers) + (writers == 1 ? " writer" : " writers"), Unit::per_second, std::move(figures)});
    }
    section.charts.push_back(std::move(chart));
    daemon.start();
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("writers");
}

}  // namespace freshet::bench
