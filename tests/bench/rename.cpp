// A renamed dimension: projects with many entries get another name, against recomputing their groups by hand.
#include "bench.hpp"
#include "firm.hpp"
#include "follow.hpp"

namespace freshet::bench {

namespace {

// The reports that show the name, as tables with the same indexes, and the statements that recompute some projects.
std::string create_by_hand(testing::Client& client, const std::string& condition) {
    std::string recompute;
    for (const auto& report : reports()) {
        if (std::string(report.keys).find("project_id") == std::string::npos) continue;
        const auto name = std::string("by_hand_") + report.report;
        const auto rows = "SELECT q.*, now() AS refreshed_at FROM (" + query_of(report.report) + ") AS q";
        client.exec("CREATE TABLE " + name + " AS " + rows);
        create_indexes(client, report, name, Indexes::as_configured);
        client.exec("VACUUM ANALYZE " + name);
        recompute += "DELETE FROM " + name + " WHERE " + condition + "; INSERT INTO " + name + " " + rows + " WHERE " +
                     condition + ";";
    }
    return recompute;
}

}  // namespace

void measure_rename(Bench& bench) {
    const auto& options = bench.options;
    const auto conninfo = bench.firm("renames", options.entries);
    testing::Client client(conninfo);
    const auto projects = std::max(1L, options.renamed_rows * projects_of(options.entries) / options.entries);
    const auto recompute = create_by_hand(client, "project_id <= " + std::to_string(projects));
    Daemon daemon(conninfo, {});
    daemon.install();
    Moves moves(client);
    client.exec("CHECKPOINT");
    daemon.start();
    bench.say("renaming projects");
    Figure ours{"freshet", {}};
    Figure theirs{"DELETE and INSERT of their groups, by hand", {}};
    const auto rename = [&] {
        ours.samples.add(
            follow(client, moves,
                   {"UPDATE projects_projects SET name = name || '!' WHERE id <= " + std::to_string(projects)}));
    };
    const auto by_hand = [&] {
        wait_until_asleep(client);
        const Stopwatch watch;
        client.exec("BEGIN;" + recompute + "COMMIT");
        theirs.samples.add(watch.seconds());
    };
    for (int round = 0; round < options.rounds; ++round) {
        if (round % 2 == 0) rename();
        by_hand();
        if (round % 2 != 0) rename();
    }
    Section section{"rename", "Renamed projects, until all reports show the name"};
    const auto rows =
        client.scalar("SELECT count(*) FROM projects_time_entries WHERE project_id <= " + std::to_string(projects));
    section.comparisons.push_back(
        {std::to_string(projects) + " projects with " + rows + " entries", Unit::seconds, {ours, theirs}});
    section.reached.emplace_back("rename", paired_ratios(ours.samples, theirs.samples));
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("renames");
}

}  // namespace freshet::bench
