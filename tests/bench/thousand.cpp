// How soon 1,000 changes are in the three reports, against refreshing these.
#include "bench.hpp"
#include "changes.hpp"
#include "firm.hpp"
#include "follow.hpp"

namespace freshet::bench {

namespace {

std::string counted(long rows, const std::string& what) {
    auto text = std::to_string(rows);
    if (text.size() > 3) text.insert(text.size() - 3, ",");
    return text + " entries " + what;
}

}  // namespace

void measure_thousand(Bench& bench) {
    const auto& options = bench.options;
    const auto conninfo = bench.firm("thousand", options.entries);
    testing::Client client(conninfo);
    bench.say("creating the competitors' materialized views");
    const auto views = create_materialized_views(client, Indexes::unique_only);
    bench.say("freshetd install");
    Daemon daemon(conninfo, {});
    daemon.install();
    Moves moves(client);
    daemon.start();
    bench.say("changing entries");
    Changes changes(options.entries, options.changes);
    Samples concurrently;
    Samples blocking;
    std::vector<Comparison> comparisons;
    for (const auto& kind : change_kinds()) {
        comparisons.push_back({counted(options.changes, kind.name), Unit::seconds, {{"freshet", {}}}});
    }
    const std::vector<std::pair<std::string, long>> shapes = {{"of one project and month", 1}, {"of 10 projects", 10}};
    for (const auto& [name, projects] : shapes) {
        comparisons.push_back({"up to " + counted(options.changes, name), Unit::seconds, {{"freshet", {}}}});
    }
    for (int round = 0; round < options.rounds; ++round) {
        const auto kinds = change_kinds().size();
        for (std::size_t i = 0; i < comparisons.size(); ++i) {
            const auto which = (i + static_cast<std::size_t>(round)) % comparisons.size();
            const auto statements =
                which < kinds ? changes.spread(change_kinds()[which]) : changes.within(shapes[which - kinds].second);
            comparisons[which].figures.front().samples.add(follow(client, moves, statements));
        }
        if (round < 3) concurrently.add(refresh_seconds(client, views, "CONCURRENTLY "));
        if (round == 0) blocking.add(refresh_seconds(client, views, ""));
    }
    Section section{"thousand", "From COMMIT until all three reports show a change (the daemon asleep before)"};
    const auto& mixed = comparisons[change_kinds().size() - 1].figures.front().samples;
    Samples faster;
    for (std::size_t i = 0; i < concurrently.size(); ++i) faster.add(concurrently.values()[i] / mixed.values()[i]);
    section.reached.emplace_back("thousand", faster);
    for (auto& comparison : comparisons) {
        comparison.figures.push_back({"REFRESH CONCURRENTLY of the three", concurrently});
        comparison.figures.push_back({"REFRESH, which locks out readers", blocking});
        section.comparisons.push_back(std::move(comparison));
    }
    bench.say("proving that the reports are exact");
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("thousand");
}

}  // namespace freshet::bench
