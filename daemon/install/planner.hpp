// Makes a Plan from the configuration and what the database holds. Private to install/.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "freshet/catalog/resolve_partial.hpp"
#include "freshet/install/plan.hpp"
#include "legacy.hpp"
#include "view_order.hpp"

namespace freshet::install {

// The capture of every source as the given views need it. `programs` point into views that outlive the result.
struct CaptureNeed {
    std::vector<const compile::Program*> programs;
    std::size_t concurrent_views = 0;
};

// How a view follows those it reads: change by change, or by reading them anew.
enum class Follow { changes, anything };

class Planner {
  public:
    Planner(pg::Connection& connection, settings::Settings settings, PlanOptions options)
        : connection_(connection), settings_(std::move(settings)), options_(options) {}

    asio::awaitable<Plan> make();

  private:
    asio::awaitable<void> load();
    asio::awaitable<void> plan_schema(Plan& plan);
    asio::awaitable<void> plan_views(Plan& plan);
    asio::awaitable<ViewPlan> plan_view(const settings::ViewSettings& view);
    asio::awaitable<void> choose_strategy(const settings::ViewSettings& view, ViewPlan& plan);
    asio::awaitable<void> plan_delta(const settings::ViewSettings& view, ViewPlan& plan);
    asio::awaitable<void> plan_partial(const settings::ViewSettings& view, ViewPlan& plan);
    // Over views whose changes nothing tells one by one: recomputed as a whole whenever one of them changes.
    asio::awaitable<void> plan_recomputed(const settings::ViewSettings& view, ViewPlan& plan);
    asio::awaitable<void> plan_whole(const settings::ViewSettings& view, ViewPlan& plan, catalog::PartialText text);
    asio::awaitable<void> plan_concurrent(const settings::ViewSettings& view, ViewPlan& plan);
    // Why a generation whose definition is unchanged has to be built again; empty if it need not.
    asio::awaitable<std::vector<std::string>> damage(ViewPlan plan);
    // The view with its query: its own, or that of the materialized view that it is to replace, or has replaced.
    asio::awaitable<settings::ViewSettings> with_query(settings::ViewSettings view, ViewPlan plan);
    // What is to be kept of a materialized view: the one that is to be adopted, or the one that was.
    asio::awaitable<void> plan_adoption(const settings::ViewSettings& view, ViewPlan& plan);
    asio::awaitable<std::vector<catalog::Column>> adopted_columns(catalog::QueryText text, std::int64_t relation);
    asio::awaitable<void> check_name(const settings::ViewSettings& view, ViewPlan& plan);

    // Views on views; plan_chains.cpp.
    // Queries that come from materialized views, as far as they are to be had.
    asio::awaitable<void> settle_queries();
    asio::awaitable<void> look_behind_plain_views();
    asio::awaitable<bool> look_behind(std::size_t reader, sql::QualifiedName name, std::size_t offset);
    // Every view after what it reads; reports cycles.
    std::vector<std::size_t> planning_order();
    // Whether it cannot be planned because of what is reported already.
    bool reads_failed(std::size_t view) const;
    std::vector<NamedView> named_of(const settings::ViewSettings& view) const;
    // What the query reads in place of the views it names; also into plan.reads. Throws core::Faults.
    asio::awaitable<std::vector<catalog::StandIn>> stand_ins(const settings::ViewSettings& view, ViewPlan& plan,
                                                             Follow follow);
    // One of them. Throws core::Faults.
    catalog::StandIn stand_in(const settings::ViewSettings& view, const NamedView& named,
                              const sql::QualifiedName& name, Follow follow) const;
    // Whether it reads a view that keeps a state, but whose changes that state does not tell.
    bool reads_unfollowed(const settings::ViewSettings& view) const;
    core::Faults unreadable(const settings::ViewSettings& view, const NamedView& named, const core::Error& why) const;
    asio::awaitable<bool> hidden_by_own_schema(const settings::ViewSettings& view, std::string schema,
                                               std::size_t offset, sql::QualifiedName name);
    // Throws core::Faults if it names a view that is installed, but not configured any more.
    void refuse_views_given_up(const settings::ViewSettings& view, const sql::QualifiedName& reader) const;
    // Tables that do not exist yet.
    void learn_state_tables(const ViewPlan& plan,
                            const std::map<sql::QualifiedName, std::vector<query::ColumnFact>>& tables);
    std::string why_rebuilt(const ViewPlan& plan) const;
    std::optional<catalog::StoredView> present_of(const sql::QualifiedName& name) const;

    asio::awaitable<void> plan_events(Plan& plan);
    asio::awaitable<void> plan_sources(Plan& plan);

    // The relkind of a relation, empty if there is none.
    asio::awaitable<std::string> relation_kind(sql::QualifiedName name);
    asio::awaitable<catalog::TableFacts> facts_of(sql::QualifiedName table);
    int source_id(const sql::QualifiedName& table);

    pg::Connection& connection_;
    settings::Settings settings_;
    PlanOptions options_;
    std::vector<std::vector<NamedView>> named_;          // by configured view
    std::set<std::size_t> failed_;                       // configured views with faults
    std::map<sql::QualifiedName, ViewPlan> planned_as_;  // so far
    std::vector<catalog::StoredView> stored_;
    std::vector<catalog::StoredSource> sources_;
    std::map<int, std::string> capture_faults_;  // by source: its changes may have been missed
    std::map<sql::QualifiedName, int> source_ids_;
    std::map<sql::QualifiedName, catalog::TableFacts> facts_;
    int next_source_id_ = 1;
    int next_view_id_ = 1;
    std::vector<sql::QualifiedName> planned_;
    std::vector<core::Fault> faults_;
    bool installed_ = false;
    bool remembers_adoptions_ = false;  // the database has the tables for it
};

// Shared by plan and install.
struct NamedCapture {
    capture::SourceCapture capture;
    std::string present_fingerprint;
    std::int64_t relation = 0;
};
std::vector<capture::CapturedEvent> events_on(const std::vector<EventPlan>& events, const sql::QualifiedName& table);

// The statements of freshet's schema and functions, for a database at `present_version` (0: none).
std::vector<std::string> schema_statements(int present_version);

}  // namespace freshet::install
