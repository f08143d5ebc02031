// What is kept for the three reports, beside their source tables and materialized views with the same indexes.
#include "bench.hpp"
#include "daemon.hpp"
#include "firm.hpp"

namespace freshet::bench {

namespace {

double size(testing::Client& client, const std::string& filter) {
    return std::stod(
        client.scalar("SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c "
                      "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'm') AND " +
                      filter));
}

}  // namespace

void measure_storage(Bench& bench) {
    const auto conninfo = bench.firm("storage", bench.options.entries);
    testing::Client client(conninfo);
    create_materialized_views(client, Indexes::as_configured);
    bench.say("freshetd install");
    Daemon daemon(conninfo, {});
    daemon.install();
    const auto kept = size(client, "n.nspname = 'freshet' AND c.relname ~ '^(state|values)_'");
    const auto sources = size(client, "n.nspname = 'public' AND c.relkind = 'r'");
    Section section{"storage", "Storage of the three reports, right after they were filled"};
    section.comparisons.push_back({"all tables with their indexes",
                                   Unit::bytes,
                                   {{"freshet, states and values", once(kept)},
                                    {"materialized views with the same indexes", once(size(client, "c.relkind = 'm'"))},
                                    {"their source tables", once(sources)}}});
    for (const auto& row :
         client.query("SELECT v.relation_name, pg_total_relation_size(c.oid), pg_relation_size(c.oid), c.relname FROM "
                      "pg_class c "
                      "JOIN freshet.view v ON c.relname ~ ('^(state|values)_' || v.id || '_') "
                      "WHERE c.relnamespace = 'freshet'::regnamespace AND c.relkind = 'r' ORDER BY 1, 4")) {
        section.comparisons.push_back({*row[0],
                                       Unit::bytes,
                                       {{*row[3] + " with its indexes", once(std::stod(*row[1]))},
                                        {*row[3] + " without", once(std::stod(*row[2]))}}});
    }
    section.reached.emplace_back("storage", once(100 * kept / sources));
    daemon.prove_exact();
    bench.report.add(section);
    bench.drop("storage");
}

}  // namespace freshet::bench
