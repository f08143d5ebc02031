#include "visible.hpp"

#include <algorithm>
#include <utility>

#include "daemon.hpp"

namespace freshet::bench {

namespace {

constexpr long changed_rows = 1000;

struct Kind {
    const char* name;
    const char* sql;  // before a list of ids
};

// Ids of entries are spread over three years, all projects and all users.
constexpr Kind kinds[] = {
    {"1,000 entries get other hours",
     "UPDATE projects_time_entries SET hours = CASE WHEN hours > 5 THEN 0.25 ELSE hours + 0.25 END WHERE id IN "},
    {"1,000 approvals given or withdrawn", "UPDATE projects_time_entries SET approved = NOT approved WHERE id IN "},
    {"1,000 entries inserted",
     "INSERT INTO projects_time_entries (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, "
     "approved) "
     "SELECT project_id, task_id, user_id, date, hours, hourly_rate, is_billable, true FROM projects_time_entries "
     "WHERE id IN "},
    {"1,000 entries deleted", "DELETE FROM projects_time_entries WHERE id IN "},
};

std::string insert_many(long rows, long entries) {
    return "INSERT INTO projects_time_entries (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, "
           "approved) SELECT project_id, task_id, user_id, date, hours, hourly_rate, is_billable, true "
           "FROM projects_time_entries WHERE id % " +
           std::to_string(std::max(1L, entries / rows)) + " = 0 LIMIT " + std::to_string(rows);
}

Figure one(std::string who, double value) {
    Figure figure{std::move(who), {}};
    figure.samples.add(value);
    return figure;
}

}  // namespace

Visibility::Visibility(testing::Client& client, const Options& options, std::vector<std::string> materialized_views)
    : client_(client), options_(options), materialized_views_(std::move(materialized_views)) {}

std::string Visibility::next_ids() {
    const auto step = std::max(1L, options_.entries / changed_rows);
    offset_ = offset_ % step + 1;
    return "(SELECT g * " + std::to_string(step) + " + " + std::to_string(offset_) + " FROM generate_series(0, " +
           std::to_string(changed_rows - 1) + ") AS g)";
}

// The clock starts before COMMIT, so that writing it to disk is part of the time.
double Visibility::commit_and_wait(const std::string& change) {
    client_.exec("BEGIN");
    client_.exec(change);
    const auto xid = client_.scalar("SELECT pg_current_xact_id()");
    const Stopwatch watch;
    client_.exec("COMMIT");
    wait_until_visible(client_, xid);
    return watch.seconds();
}

double Visibility::refresh(const std::string& how) {
    const Stopwatch watch;
    for (const auto& view : materialized_views_) client_.exec("REFRESH MATERIALIZED VIEW " + how + view);
    return watch.seconds();
}

Section Visibility::thousand_rows() {
    std::vector<Samples> samples(std::size(kinds));
    const auto take_changes = [&](std::size_t first) {
        for (std::size_t i = 0; i < std::size(kinds); ++i) {
            const auto kind = (first + i) % std::size(kinds);
            wait_until_asleep(client_);
            samples[kind].add(commit_and_wait(kinds[kind].sql + next_ids()));
        }
    };
    for (int round = 0; round < options_.rounds; ++round) {
        const auto first = static_cast<std::size_t>(round);
        take_changes(first);
        if (round % 2 == 0) concurrently_.add(refresh("CONCURRENTLY "));
        if (round == 0) blocking_.add(refresh(""));  // once: nobody does that to readers all day
        if (round % 2 != 0) {
            take_changes(first + 2);
            concurrently_.add(refresh("CONCURRENTLY "));
        }
    }
    Section section{"From COMMIT until all three reports show a change (seconds; daemon asleep before)", {}};
    for (std::size_t i = 0; i < std::size(kinds); ++i) {
        section.comparisons.push_back({kinds[i].name,
                                       Unit::seconds,
                                       {{"freshet", samples[i]},
                                        {"REFRESH CONCURRENTLY of the three", concurrently_},
                                        {"REFRESH, which locks out readers", blocking_}}});
    }
    return section;
}

long Visibility::log_bytes() {
    return std::stol(
        client_.scalar("SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c "
                       "WHERE c.relnamespace = 'freshet'::regnamespace AND c.relkind = 'r' "
                       "AND c.relname ~ '^log_[0-9]+_[01]$'"));
}

Section Visibility::backlog() {
    wait_until_asleep(client_);
    const auto bytes_before = log_bytes();
    const auto rows = options_.backlog;
    client_.exec("BEGIN");
    client_.exec(insert_many(rows, options_.entries));
    const auto xid = client_.scalar("SELECT pg_current_xact_id()");
    const auto bytes = log_bytes() - bytes_before;
    const Stopwatch watch;
    client_.exec("COMMIT");
    wait_until_visible(client_, xid);
    const auto seconds = watch.seconds();
    const auto changes = static_cast<double>(rows);
    const auto name = std::to_string(rows) + " entries at once";
    return {
        "A backlog, folded into three reports",
        {{name,
          Unit::seconds,
          {one("freshet", seconds),
           {"REFRESH CONCURRENTLY of the three", concurrently_},
           {"REFRESH, which locks out readers", blocking_}}},
         {"throughput, each change in three reports", Unit::changes_per_second, {one("freshet", changes / seconds)}},
         {"change log, with its index",
          Unit::bytes,
          {one("freshet, for each change", static_cast<double>(bytes) / changes)}}}};
}

Section Visibility::storage() {
    const auto size = [&](const std::string& filter) {
        return std::stod(
            client_.scalar("SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0) FROM pg_class c "
                           "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE " +
                           filter));
    };
    return {"Storage of the three reports",
            {{"all that is kept for them",
              Unit::bytes,
              {one("freshet", size("n.nspname = 'freshet' AND c.relkind = 'r' AND c.relname ~ '^(state|values)_'")),
               one("materialized views", size("c.relkind = 'm'")),
               one("their source tables", size("n.nspname = 'public' AND c.relkind = 'r'"))}}}};
}

}  // namespace freshet::bench
