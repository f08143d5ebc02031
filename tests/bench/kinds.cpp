// What capturing each kind of statement costs, from one writer to many.
#include "bench.hpp"
#include "crowd.hpp"
#include "daemon.hpp"
#include "tables.hpp"

namespace freshet::bench {

namespace {

struct Kind {
    const char* name;
    Deeds deeds;
};

constexpr Kind kinds[] = {
    {"inserted", Deeds::inserts}, {"updated", Deeds::updates}, {"inserted, then deleted", Deeds::inserts_and_deletes}};
constexpr const char* tables[] = {captured_table, plain_table};

std::string name_of(const Kind& kind, int rows, int writers) {
    return (rows == 1 ? "one row " : std::to_string(rows) + " rows ") + kind.name + ", " + std::to_string(writers) +
           (writers == 1 ? " writer" : " writers");
}

Comparison compare(Bench& bench, const std::string& conninfo, const Kind& kind, int rows, int writers) {
    const auto& options = bench.options;
    Comparison comparison{
        name_of(kind, rows, writers), Unit::per_second, {{"freshet's triggers", {}}, {"no capture", {}}}};
    for (int round = 0; round < options.rounds; ++round) {
        for (int i = 0; i < 2; ++i) {
            const auto which = static_cast<std::size_t>((i + round) % 2);
            Crowd crowd(conninfo, tables[which], writers, options.writer_entries, kind.deeds, rows);
            comparison.figures[which].samples.add(crowd.run(options.slice).rate());
        }
    }
    return comparison;
}

}  // namespace

void measure_kinds(Bench& bench) {
    const auto conninfo = bench.firm("kinds", bench.options.writer_entries);
    testing::Client client(conninfo);
    create_tables_alike(client);
    Daemon daemon(conninfo, {});
    daemon.install();
    Section section{"kinds", "Statements a second, by what they do (fsync on)"};
    for (const int rows : {1, bench.options.many_rows}) {
        for (const auto& kind : kinds) {
            for (const int writers : bench.options.writers) {
                section.comparisons.push_back(compare(bench, conninfo, kind, rows, writers));
                bench.say(section.comparisons.back().what);
            }
        }
    }
    daemon.start();
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("kinds");
}

}  // namespace freshet::bench
