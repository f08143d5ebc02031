#include "freshet/schedule/statistics_watch.hpp"

#include <algorithm>

#include "queries.hpp"

namespace freshet::schedule {

namespace {

RowCounts counts_of(const pg::Result& rows, int row) {
    return {rows.integer(row, rows.column_index("excess")), rows.text(row, rows.column_index("since"))};
}

std::optional<RowCounts> accounted_of(const pg::Result& rows, int row) {
    const auto column = rows.column_index("accounted_excess");
    if (!rows.get(row, column)) {
        return std::nullopt;
    }
    return RowCounts{rows.integer(row, column), rows.text(row, rows.column_index("accounted_since"))};
}

}  // namespace

asio::awaitable<void> StatisticsWatch::look(pg::Connection& connection, const Views& views) {
    co_await take_proofs(connection);
    const auto rows = co_await connection.prepared(query_text("row_counts"));
    std::set<int> present;
    bool in_doubt = false;
    for (int i = 0; i < rows.rows(); ++i) {
        const auto id = static_cast<int>(rows.integer(i, 0));
        present.insert(id);
        in_doubt = in_doubt || rows.boolean(i, rows.column_index("in_doubt"));
        auto& source = sources_.try_emplace(id, Suspicion({}, accounted_of(rows, i))).first->second;
        source.name = rows.text(i, rows.column_index("source"));
        const auto advice = source.suspicion.looked(clock_.now(), counts_of(rows, i));
        if (advice == Suspicion::Advice::remember) {
            co_await remember(connection, id, source.suspicion);
        } else if (advice == Suspicion::Advice::prove) {
            suspect(id, source, views);
        }
    }
    std::erase_if(sources_, [&](const auto& one) { return !present.contains(one.first); });
    co_await take_proofs(connection);  // of sources without a view to prove
    if (in_doubt) {
        co_await close_faults(connection);
    }
}

asio::awaitable<void> StatisticsWatch::close_faults(pg::Connection& connection) {
    std::string open;
    for (const auto& [id, source] : sources_) {
        if (source.suspicion.open()) {
            open += (open.empty() ? "" : ",") + std::to_string(id);
        }
    }
    co_await connection.prepared(query_text("close_faults"), pg::params("{" + open + "}"));
}

void StatisticsWatch::suspect(int id, Source& source, const Views& views) {
    source.found = Suspicion::Proof::exact;
    source.took = std::chrono::milliseconds{0};
    for (const auto& loop : views) {
        // One that is broken is recomputed anyway.
        if (loop->reads(id) && loop->takes_changes() && prover_.suspect(loop->view())) {
            source.proving.insert(loop->view_id());
        }
    }
    log_.info("the statistics of a source count rows that were not logged; proving its views",
              {{"source", source.name},
               {"rows", source.suspicion.unaccounted()},
               {"views", static_cast<std::int64_t>(source.proving.size())}});
}

asio::awaitable<void> StatisticsWatch::take_proofs(pg::Connection& connection) {
    for (const auto& proof : prover_.take_settled()) {
        for (auto& [id, source] : sources_) {
            if (source.proving.erase(proof.view_id) == 0) {
                continue;
            }
            source.took += proof.took;
            if (proof.outcome == observe::VerifyOutcome::failed) {
                source.found = Suspicion::Proof::failed;
            } else if (proof.outcome == observe::VerifyOutcome::drift && source.found == Suspicion::Proof::exact) {
                source.found = Suspicion::Proof::drift;
            }
        }
    }
    for (auto& [id, source] : sources_) {
        if (source.suspicion.proving() && source.proving.empty()) {
            co_await settle(connection, id, source);
        }
    }
}

asio::awaitable<void> StatisticsWatch::settle(pg::Connection& connection, int id, Source& source) {
    const auto rows = source.suspicion.unaccounted();
    source.suspicion.proven(clock_.now(), source.found, source.took);
    if (source.found == Suspicion::Proof::drift) {
        log_.error("changes of a source were not captured; its views were repaired",
                   {{"source", source.name},
                    {"reason", "rows_uncaptured"},
                    {"rows", rows},
                    {"hint", "who wrote under session_replication_role = replica? see docs/runbooks.md"}});
        metrics_.capture_fault("rows_uncaptured");
        co_await connection.query(query_text("record_uncaptured"), pg::params(std::to_string(id)));
    }
    co_await remember(connection, id, source.suspicion);
}

asio::awaitable<void> StatisticsWatch::remember(pg::Connection& connection, int id, const Suspicion& suspicion) {
    const auto& accounted = *suspicion.accounted();
    co_await connection.query(query_text("remember_row_counts"),
                              pg::params(std::to_string(id), std::to_string(accounted.excess), accounted.since));
}

}  // namespace freshet::schedule
