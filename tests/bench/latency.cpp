// From the commit of one entry until all three reports show it: when nothing else happens, and under a steady load.
#include <memory>

#include "bell.hpp"
#include "bench.hpp"
#include "crowd.hpp"
#include "follow.hpp"
#include "tables.hpp"

namespace freshet::bench {

namespace {

Samples quantile(const Samples& samples, double share) {
    return once(samples.quantile(share));
}

Comparison quantile_row(const std::string& name, double share, const std::vector<Figure>& figures) {
    Comparison comparison{name, Unit::seconds, {}};
    for (const auto& figure : figures) comparison.figures.push_back({figure.who, quantile(figure.samples, share)});
    return comparison;
}

Curve curve_of(const Figure& figure) {
    Curve curve{figure.who, {}};
    for (int percent = 1; percent <= 99; ++percent) {
        curve.points.emplace_back(percent, figure.samples.quantile(percent / 100.0));
    }
    return curve;
}

Chart chart_of(const std::string& name, const std::string& title, const std::vector<Figure>& figures) {
    Chart chart{name, title, "percent of the commits", "seconds until visible", "s", Scale::linear, Scale::logarithmic};
    for (const auto& figure : figures) chart.curves.push_back(curve_of(figure));
    return chart;
}

std::vector<std::string> insert_one(int number) {
    const auto n = std::to_string(number);
    return {"INSERT INTO projects_time_entries (project_id, user_id, date, hours, hourly_rate, approved) VALUES (1 + " +
            n + " % 5, 1 + " + n + " % 3, CURRENT_DATE - " + n + " % 90, 1.25, 80, true)"};
}

constexpr int warming_up = 5;

double awake(testing::Client& client, Moves& moves, int number) {
    client.exec("BEGIN");
    client.exec(insert_one(number).front());
    const auto xid = client.scalar("SELECT pg_current_xact_id()");
    client.exec("COMMIT");
    return moves.until_visible(xid);
}

}  // namespace

void measure_idle_latency(Bench& bench) {
    const auto conninfo = bench.firm("idle", bench.options.small_entries * 2);
    testing::Client client(conninfo);
    Daemon daemon(conninfo, {});
    daemon.install();
    Moves moves(client);
    auto bare = std::make_unique<BareClient>(conninfo);
    daemon.start();
    bench.say("single entries");
    // A session's first fold of a view makes its plans, once in its life: 20 to 50 ms.
    for (int i = 0; i < warming_up; ++i) {
        bare->upsert_one(client, i);
        follow(client, moves, insert_one(i));
    }
    Figure asleep{"freshet, three reports", {}};
    Figure right_after{"freshet, while it is awake", {}};
    Figure least{"a client that LISTENs and upserts one", {}};
    for (int i = 0; i < bench.options.single_changes; ++i) {
        if (i % 2 == 0) least.samples.add(bare->upsert_one(client, i));
        asleep.samples.add(follow(client, moves, insert_one(i)));
        right_after.samples.add(awake(client, moves, i));
        if (i % 2 != 0) least.samples.add(bare->upsert_one(client, i));
    }
    const std::vector<Figure> figures{asleep, right_after, least};
    Section section{"idle_latency", "From COMMIT until one inserted entry is visible (debounce 0)"};
    section.comparisons = {{"one entry", Unit::seconds, figures}, quantile_row("one entry, p99", 0.99, figures)};
    section.reached.emplace_back("idle_p50", once(asleep.samples.median() / least.samples.median()));
    section.reached.emplace_back("idle_p99", once(asleep.samples.quantile(0.99) / least.samples.quantile(0.99)));
    section.charts.push_back(
        chart_of("idle_latency", "From COMMIT until one entry is visible, nothing else going on", figures));
    bare.reset();
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("idle");
}

void measure_loaded_latency(Bench& bench) {
    const auto& options = bench.options;
    const auto conninfo = bench.firm("loaded", options.writer_entries);
    testing::Client client(conninfo);
    Daemon daemon(conninfo, {});
    daemon.install();
    Moves moves(client);
    daemon.start();
    Crowd crowd(conninfo, captured_table, 16, options.writer_entries);
    bench.say("a steady load of " + std::to_string(options.load_rate) + " commits a second");
    crowd.run_at(options.load_rate, options.load_time / 4);  // gets going
    const auto done = crowd.run_at(options.load_rate, options.load_time);
    wait_until_nothing_pending(client);
    const Figure seconds{"freshet, three reports", Samples(moves.until_visible(done.xids))};
    Section section{"loaded_latency",
                    "From COMMIT until visible in all three reports, under a steady load (debounce 0)"};
    section.comparisons = {{"one commit of many", Unit::seconds, {seconds}},
                           quantile_row("one commit of many, p99", 0.99, {seconds})};
    section.reached.emplace_back("load_p50", once(1000 * seconds.samples.median()));
    section.reached.emplace_back("load_p99", once(1000 * seconds.samples.quantile(0.99)));
    section.notes.push_back(std::to_string(options.load_rate) + " commits a second were offered by 16 writers, " +
                            std::to_string(long(done.rate())) + " were done");
    section.charts.push_back(chart_of("loaded_latency", "From COMMIT until visible under a steady load", {seconds}));
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("loaded");
}

}  // namespace freshet::bench
