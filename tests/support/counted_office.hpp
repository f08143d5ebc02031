// The sample firm with its three reports on a cluster that counts (statement_counts.hpp), and one session that folds
// them, warm: for tests of what a fold costs. Not thread-safe.
#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "freshet/catalog/store.hpp"
#include "freshet/refresh/refresh.hpp"
#include "support/client.hpp"
#include "support/cluster.hpp"
#include "support/tcp_gate.hpp"

namespace freshet::testing {

// One session of the engine that goes on from fold to fold, as the daemon's do.
class FoldingSession {
  public:
    explicit FoldingSession(const std::string& conninfo);
    ~FoldingSession();

    // `keep`: the view's retention.
    refresh::Outcome fold(const catalog::StoredView& view, const std::string& keep);
    // For this session, e.g. SET plan_cache_mode = force_generic_plan: plans as they are after many folds.
    void set(const std::string& statement);
    // When this returns, pg_stat_user_tables has what the session read and wrote.
    void show_statistics();

  private:
    boost::asio::io_context context_;
    std::unique_ptr<pg::Connection> connection_;
};

// Of some tables together: rows read from end to end, and rows written.
struct TableCounts {
    long scanned = 0;
    long written = 0;
};

class CountedOffice {
  public:
    static constexpr const char* revenue = "mv_revenue_by_project_month";
    static constexpr const char* user_week = "mv_utilization_by_user_week";
    static constexpr const char* project_month = "mv_utilization_by_project_month";

    // `program` is freshetd, `scale` that of sample.generate(): 1 is 100,000 time entries. Each report was folded once.
    CountedOffice(PrivateCluster& cluster, const std::filesystem::path& program, const std::string& scale);

    // Gives other hours to the entries for which `condition` holds.
    void change_hours(const std::string& condition);
    // A list of approved entries, one of each of the newest `count` groups by project and month, for IN. Of ten
    // projects, so that the same number of projects is looked up at every scale, and new, so that retention keeps them.
    static std::string one_of_each_group(int count);

    refresh::Outcome fold(const std::string& report);
    void fold_all();
    // Rows by which the reports differ from their queries; empty if they are equal.
    std::vector<std::string> differences();
    // `pattern` is over "schema.table".
    TableCounts tables(const std::string& pattern);
    // The state and values tables of a report, as a pattern.
    std::string kept_for(const std::string& report) const;
    FoldingSession& session() { return session_; }

    Database database;
    Client client;  // its statements are not counted
    TcpGate gate;   // the folding session goes through it

  private:
    FoldingSession session_;
    std::map<std::string, catalog::StoredView> views_;
};

}  // namespace freshet::testing
