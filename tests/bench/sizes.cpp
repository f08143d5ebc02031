// Whether the cost of a change follows the change or the table: the same changes in firms of several sizes.
#include <algorithm>
#include <memory>
#include <sstream>
#include <stdexcept>

#include "bench.hpp"
#include "changes.hpp"
#include "firm.hpp"
#include "follow.hpp"
#include "support/cost_limits.hpp"

namespace freshet::bench {

namespace {

// A firm of one size with freshet over it.
struct Firm {
    Firm(Bench& bench, long size)
        : entries(size),
          name("size_" + std::to_string(size)),
          conninfo(bench.firm(name, size)),
          client(conninfo),
          daemon(conninfo, {}) {
        bench.say("freshetd install over " + std::to_string(size) + " entries");
        daemon.install();
        client.exec("VACUUM ANALYZE");
        client.exec("CHECKPOINT");
        moves = std::make_unique<Moves>(client);
    }

    long entries;
    std::string name;
    std::string conninfo;
    testing::Client client;
    Daemon daemon;
    std::unique_ptr<Moves> moves;
    Samples seconds;
    Samples buffers;
    Samples read;
    Samples images;
};

// One entry of each of `rows` groups by project and month, whatever the size: the oldest, in the order of their ids.
std::string same_work(long rows) {
    return "UPDATE projects_time_entries SET hours = CASE WHEN hours > 5 THEN 0.25 ELSE hours + 0.25 END WHERE id IN "
           "(SELECT min(id) FROM bench.chosen GROUP BY project_id, date_trunc('month', date) ORDER BY random() LIMIT " +
           std::to_string(rows) + ")";
}

// What all sessions did so far, but for those of the daemon, which tell when they end.
struct Pages {
    double touched = 0;  // buffers, found or read
    double read = 0;     // that were not in shared buffers
    double images = 0;   // written whole into the write-ahead log, at the first change after a checkpoint

    Pages operator-(const Pages& other) const {
        return {touched - other.touched, read - other.read, images - other.images};
    }
};

Pages pages_so_far(testing::Client& client) {
    wait_until_gone(client);
    client.exec("SELECT pg_stat_force_next_flush()");
    const auto row = client.query(
        "SELECT d.blks_hit + d.blks_read, d.blks_read, w.wal_fpi FROM pg_stat_database d, pg_stat_wal w "
        "WHERE d.datname = current_database()")[0];
    return {std::stod(*row[0]), std::stod(*row[1]), std::stod(*row[2])};
}

Pages pages_of_a_run(Firm& firm) {
    const auto before = pages_so_far(firm.client);
    firm.daemon.start();
    wait_until_asleep(firm.client);
    firm.daemon.stop();
    return pages_so_far(firm.client) - before;
}

// A run that has something to fold, less one that has nothing.
Pages pages_of_folds(Firm& firm, const std::string& change) {
    firm.client.exec(change);
    const auto folding = pages_of_a_run(firm);
    return folding - pages_of_a_run(firm);
}

void take_round(Firm& firm, long rows, int samples) {
    firm.daemon.start();
    const auto change = same_work(rows);
    follow(firm.client, *firm.moves, {change});  // warms up
    for (int i = 0; i < samples; ++i) {
        firm.seconds.add(follow(firm.client, *firm.moves, {change}));
    }
    firm.daemon.stop();
    const auto pages = pages_of_folds(firm, change);
    firm.buffers.add(pages.touched);
    firm.read.add(pages.read);
    firm.images.add(pages.images);
}

Samples refreshes(Bench& bench, Firm& firm) {
    bench.say("REFRESH CONCURRENTLY over " + std::to_string(firm.entries) + " entries");
    const auto views = create_materialized_views(firm.client, Indexes::unique_only);
    Samples seconds;
    for (int i = 0; i < 2; ++i) seconds.add(refresh_seconds(firm.client, views, "CONCURRENTLY "));
    return seconds;
}

std::string name_of_size(long entries) {
    const auto thousands = entries / 1000;
    return thousands < 1000 ? std::to_string(thousands) + ",000 entries"
                            : std::to_string(thousands / 1000) + " million entries";
}

// The count among the times: throws where it grew.
void hold_buffers(const Firm& small, const Firm& large) {
    const auto& limit = testing::largest_firm_buffers;
    const auto ratio = large.buffers.median() / small.buffers.median();
    if (ratio > limit.value) {
        std::ostringstream text;
        text << limit.what << ": " << ratio << ", at most " << limit.value;
        throw std::runtime_error(text.str());
    }
}

}  // namespace

void measure_sizes(Bench& bench) {
    const auto& options = bench.options;
    std::vector<std::unique_ptr<Firm>> firms;
    std::vector<long> sizes{options.small_entries, options.large_entries};
    if (options.large_entries / 10 > options.small_entries) sizes.insert(sizes.begin() + 1, options.large_entries / 10);
    for (const long entries : sizes) {
        auto& firm = *firms.emplace_back(std::make_unique<Firm>(bench, entries));
        firm.client.exec(
            "CREATE TABLE bench.chosen AS SELECT id, project_id, date FROM projects_time_entries "
            "WHERE approved AND id <= " +
            std::to_string(options.small_entries * 20));
        firm.client.exec("ANALYZE bench.chosen");
    }
    bench.say("changing entries of each");
    for (int round = 0; round < options.rounds; ++round) {
        for (std::size_t i = 0; i < firms.size(); ++i) {
            take_round(*firms[(i + static_cast<std::size_t>(round)) % firms.size()], options.changes,
                       std::min(options.rounds, 3));
        }
    }
    Section section{"sizes", "The same changes in firms of several sizes, until all three reports show them"};
    Comparison seconds{"one entry of each of " + std::to_string(options.changes) + " groups", Unit::seconds, {}};
    Comparison buffers{"buffers touched meanwhile", Unit::buffers, {}};
    Comparison read{"of these not in shared buffers", Unit::buffers, {}};
    Comparison images{"pages written whole, first changed after a checkpoint", Unit::buffers, {}};
    Chart chart{"sizes",
                "1,000 changes, until all three reports are fresh",
                "time entries",
                "seconds",
                "s",
                Scale::logarithmic,
                Scale::logarithmic,
                {{"freshet", {}}, {"REFRESH CONCURRENTLY", {}}}};
    for (const auto& firm : firms) {
        chart.curves[0].points.emplace_back(firm->entries, firm->seconds.median());
        seconds.figures.push_back({name_of_size(firm->entries), firm->seconds});
        buffers.figures.push_back({name_of_size(firm->entries), firm->buffers});
        read.figures.push_back({name_of_size(firm->entries), firm->read});
        images.figures.push_back({name_of_size(firm->entries), firm->images});
    }
    section.reached.emplace_back("size", paired_ratios(firms.back()->seconds, firms.front()->seconds));
    for (std::size_t i = 0; i + 1 < firms.size(); ++i) {  // the largest would take minutes
        chart.curves[1].points.emplace_back(firms[i]->entries, refreshes(bench, *firms[i]).median());
    }
    section.comparisons = {seconds, buffers, read, images};
    section.charts.push_back(std::move(chart));
    bench.say("proving that the reports are exact");
    std::vector<std::string> names;
    for (const auto& firm : firms) {
        firm->daemon.prove_exact();
        names.push_back(firm->name);
    }
    bench.report.add(section);
    hold_buffers(*firms.front(), *firms.back());
    firms.clear();
    for (const auto& name : names) bench.drop(name);
}

}  // namespace freshet::bench
