// The benchmark's main: a private cluster, the sample firm, the real freshetd, and one table of figures.
#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <nlohmann/json.hpp>
#include <thread>

#include "bell.hpp"
#include "daemon.hpp"
#include "firm.hpp"
#include "options.hpp"
#include "report.hpp"
#include "support/files.hpp"
#include "twins.hpp"
#include "visible.hpp"
#include "writers.hpp"

namespace freshet::bench {
namespace {

// Progress goes to standard error, the table to standard output.
void say(const Stopwatch& watch, const std::string& what) {
    std::fprintf(stderr, "[%4.0f s] %s\n", watch.seconds(), what.c_str());
}

std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::string text(10, ' ');
    std::strftime(text.data(), text.size() + 1, "%Y-%m-%d", &parts);
    return text;
}

void measure_reports(testing::PrivateCluster& cluster, const Options& options, const Stopwatch& watch, Report& report) {
    say(watch, "generating " + std::to_string(options.entries) + " time entries");
    const auto conninfo = create_firm(cluster, "reports", options.entries);
    testing::Client client(conninfo);
    say(watch, "creating the competitors' materialized views");
    const auto views = create_materialized_views(client);
    say(watch, "freshetd install");
    Daemon daemon(conninfo, {});
    daemon.install();
    client.exec("CHECKPOINT");
    daemon.start();
    say(watch, "changing 1,000 rows");
    Visibility visibility(client, options, views);
    report.add(visibility.thousand_rows());
    report.add(visibility.backlog());
    report.add(visibility.storage());
    report.add(single_changes(client, conninfo, options));
    say(watch, "proving that the reports are exact");
    daemon.prove_exact();
    daemon.stop();
}

void measure_writers(testing::PrivateCluster& cluster, const Options& options, const Stopwatch& watch, Report& report) {
    say(watch, "generating the writers' tables");
    const auto conninfo = create_firm(cluster, "writers", options.writers_entries);
    testing::Client client(conninfo);
    create_twins(client);
    Daemon daemon(conninfo, {.debounce = "200ms", .max_delay = "2s"});
    daemon.install();
    say(watch, "writing");
    report.add(small_commits(conninfo, daemon, options));
    report.add(bulk_statements(client, options));
    daemon.start();
    say(watch, "proving that the reports are exact");
    daemon.prove_exact();
    daemon.stop();
}

void run(const Options& options) {
    const Stopwatch watch;
    testing::PrivateCluster cluster(server_settings());
    Report report;
    report.add_fact("date", today());
    report.add_fact("cores", std::to_string(std::thread::hardware_concurrency()));
    report.add_fact("postgresql", testing::Client(cluster.conninfo("postgres")).scalar("SHOW server_version"));
    report.add_fact("entries", std::to_string(options.entries));
    report.add_fact("rounds", std::to_string(options.rounds));
    measure_reports(cluster, options, watch, report);
    measure_writers(cluster, options, watch, report);
    say(watch, "done: every report is exact");
    if (!options.json.empty()) testing::write_text(options.json, report.json().dump(2) + "\n");
}

void make_quick(Options& options) {
    options.entries = 50'000;
    options.writers_entries = 20'000;
    options.rounds = 2;
    options.single_changes = 4;
    options.backlog = 10'000;
    options.slice = std::chrono::milliseconds(300);
}

int main(int argc, char** argv) {
    Options options;
    CLI::App app("Measures freshetd against what one would do without it, on a private PostgreSQL.", "./dev bench");
    bool quick = false;
    app.add_flag("--quick", quick, "small tables and few rounds: shows that it works, not how fast it is");
    const auto* entries = app.add_option("--entries", options.entries, "time entries of the sample firm")
                              ->capture_default_str()
                              ->check(CLI::Range(10'000L, 100'000'000L));
    app.add_option("--rounds", options.rounds, "rounds of each comparison")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    app.add_option("--json", options.json, "also write the figures to this file");
    const auto defaults = options;
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    if (quick) {
        const auto chosen = options;
        make_quick(options);
        if (!entries->empty()) options.entries = chosen.entries;
        if (chosen.rounds != defaults.rounds) options.rounds = chosen.rounds;
    }
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(bugprone-unused-return-value): a cut connection is an error, not an end
    try {
        run(options);
        return 0;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "the benchmark failed: %s\n", error.what());
        return 1;
    }
}

}  // namespace
}  // namespace freshet::bench

int main(int argc, char** argv) {
    return freshet::bench::main(argc, argv);
}
