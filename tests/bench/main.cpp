// The benchmark's main: a private cluster, the real freshetd, and one table of figures.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "bench.hpp"
#include "documents.hpp"
#include "support/files.hpp"

namespace freshet::bench {

void make_quick(Options& options) {
    options.entries = 20'000;
    options.small_entries = 10'000;
    options.large_entries = 40'000;
    options.writer_entries = 10'000;
    options.rounds = 1;
    options.writer_rounds = 1;
    options.writers = {1, 8};
    options.slice = std::chrono::milliseconds(100);
    options.bulk_rows = 1000;
    options.many_rows = 20;
    options.changes = 100;
    options.single_changes = 2;
    options.load_time = std::chrono::seconds(1);
    options.load_rate = 100;
    options.backlog = 2000;
    options.pending = 10'000;
    options.renamed_rows = 2000;
    options.reads = 2;
    options.trim_time = std::chrono::seconds(1);
}

namespace {

struct Measurement {
    const char* name;
    void (*measure)(Bench&);
};

// In the order in which they run.
constexpr Measurement measurements[] = {
    {"reads", measure_reads},
    {"storage", measure_storage},
    {"bulk", measure_bulk},
    {"idle_latency", measure_idle_latency},
    {"loaded_latency", measure_loaded_latency},
    {"trim", measure_trim},
    {"writers", measure_writers},
    {"kinds", measure_kinds},
    {"thousand", measure_thousand},
    {"rename", measure_rename},
    {"throughput", measure_throughput},
    {"memory", measure_memory},
    {"sizes", measure_sizes},
};

std::vector<std::string> names() {
    std::vector<std::string> all;
    for (const auto& one : measurements) all.emplace_back(one.name);
    return all;
}

std::string today() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    std::string text(10, ' ');
    std::strftime(text.data(), text.size() + 1, "%Y-%m-%d", &parts);
    return text;
}

nlohmann::ordered_json figures_before(const Options& options) {
    if (options.json.empty() || !std::filesystem::exists(options.json))
        return {{"sections", nlohmann::ordered_json::object()}};
    return nlohmann::ordered_json::parse(testing::read_text(options.json));
}

nlohmann::ordered_json measure(const Options& options) {
    Bench bench(options);
    bench.report.continue_with(figures_before(options));
    bench.report.add_fact("date", today());
    bench.report.add_fact("cores", std::to_string(std::thread::hardware_concurrency()));
    bench.report.add_fact("entries", std::to_string(options.entries));
    bench.report.add_fact("rounds", std::to_string(options.rounds));
    for (const auto& one : measurements) {
        const auto& chosen = options.sections;
        if (!chosen.empty() && std::find(chosen.begin(), chosen.end(), one.name) == chosen.end()) continue;
        bench.say(std::string("section ") + one.name);
        one.measure(bench);
        if (!options.json.empty()) testing::write_text(options.json, bench.report.json().dump(2) + "\n");
    }
    bench.report.print_targets();
    bench.say("done: every report was proven exact");
    return bench.report.json();
}

enum class Work { measure_first, write_only };

void run(const Options& options, Work work) {
    const auto figures = work == Work::write_only ? figures_before(options) : measure(options);
    if (!options.docs.empty()) write_documents(figures, options.docs);
}

void add_options(CLI::App& app, Options& options) {
    app.add_option("--sections", options.sections, "measure these alone, by commas")
        ->delimiter(',')
        ->check(CLI::IsMember(names()));
    app.add_option("--entries", options.entries, "time entries of the firm")
        ->capture_default_str()
        ->check(CLI::Range(10'000L, 100'000'000L));
    app.add_option("--rounds", options.rounds, "rounds of each comparison")
        ->capture_default_str()
        ->check(CLI::Range(1, 100));
    app.add_option("--json", options.json,
                   "write the figures to this file; what it has of sections that are not measured now stays");
    app.add_option("--write-docs", options.docs, "write tables and plots into this folder's performance.md")
        ->expected(0, 1)
        ->default_str("docs");
}

int main(int argc, char** argv) {
    Options chosen;
    CLI::App app("Measures freshetd against what one would do without it, on a private PostgreSQL.", "./dev bench");
    bool quick = false;
    bool write_only = false;
    app.add_flag("--quick", quick, "small tables and few rounds: shows that it works, not how fast it is");
    app.add_flag("--no-measure", write_only, "only write the documents, from the figures of --json");
    add_options(app, chosen);
    try {
        app.parse(argc, argv);
        if (quick) {
            make_quick(chosen);
            app.clear();
            app.parse(argc, argv);  // what was asked for, over it
        }
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    }
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(bugprone-unused-return-value): a cut connection is an error, not an end
    try {
        run(chosen, write_only ? Work::write_only : Work::measure_first);
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
