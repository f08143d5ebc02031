// What capturing changes costs statements over many rows.
#include <algorithm>

#include "bench.hpp"
#include "daemon.hpp"
#include "firm.hpp"
#include "tables.hpp"

namespace freshet::bench {

namespace {

struct Bulk {
    const char* target;
    const char* name;
    std::string sql;  // with @ for the table
};

std::vector<Bulk> statements(const Options& options) {
    const auto rows = std::to_string(options.bulk_rows);
    const auto step = std::to_string(std::max(1L, (options.writer_entries - 1) / options.bulk_rows));
    return {
        {"bulk_insert", "rows inserted by one statement",
         "INSERT INTO @ (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, approved) "
         "SELECT 1 + g % " +
             std::to_string(projects_of(options.writer_entries)) +
             ", g, 1 + g % 50, CURRENT_DATE - g % 900, 2.5, 80, true, true FROM generate_series(1, " + rows + ") AS g"},
        {"bulk_update", "rows updated by one statement",
         "UPDATE @ SET hours = CASE WHEN hours > 5 THEN 0.25 ELSE hours + 0.25 END WHERE id IN (SELECT g * " + step +
             " FROM generate_series(1, " + rows + ") AS g)"},
        {"bulk_delete", "rows deleted by one statement",
         "DELETE FROM @ WHERE id IN (SELECT id FROM @ ORDER BY id DESC LIMIT " + rows + ")"}};
}

double seconds_of(testing::Client& client, std::string sql, const std::string& table) {
    for (auto at = sql.find('@'); at != std::string::npos; at = sql.find('@')) sql.replace(at, 1, table);
    const Stopwatch watch;
    client.exec(sql);
    return watch.seconds();
}

}  // namespace

void measure_bulk(Bench& bench) {
    const auto conninfo = bench.firm("bulk", bench.options.writer_entries);
    testing::Client client(conninfo);
    create_tables_alike(client);
    Daemon daemon(conninfo, {});
    daemon.install();
    Section section{"bulk", "Bulk statements"};
    constexpr const char* tables[] = {captured_table, plain_table, summing_table};
    constexpr const char* names[] = {"freshet's triggers", "no capture", "reports in the writer's transaction"};
    const auto bulks = statements(bench.options);
    std::vector<Comparison> comparisons;
    for (const auto& bulk : bulks) {
        comparisons.push_back({std::to_string(bench.options.bulk_rows) + " " + bulk.name,
                               Unit::seconds,
                               {{names[0], {}}, {names[1], {}}, {names[2], {}}}});
    }
    for (int round = 0; round <= bench.options.rounds; ++round) {
        for (std::size_t i = 0; i < bulks.size(); ++i) {
            for (std::size_t k = 0; k < std::size(tables); ++k) {
                const auto which = (k + static_cast<std::size_t>(round)) % std::size(tables);
                const auto seconds = seconds_of(client, bulks[i].sql, tables[which]);
                if (round > 0) comparisons[i].figures[which].samples.add(seconds);  // the first one warms up
            }
        }
    }
    for (std::size_t i = 0; i < bulks.size(); ++i) {
        const auto& figures = comparisons[i].figures;
        section.reached.emplace_back(bulks[i].target, paired_ratios(figures[0].samples, figures[1].samples));
        section.comparisons.push_back(std::move(comparisons[i]));
    }
    daemon.start();
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("bulk");
}

}  // namespace freshet::bench
