// How many changes are folded in a second, against the least that anybody would have to do: one statement that writes
// the deltas, grouped already, into an identical table.
#include "bench.hpp"
#include "changes.hpp"
#include "follow.hpp"

namespace freshet::bench {

namespace {

constexpr const char* view = "mv_utilization_by_user_week";

// The state of the one view, and the statements over a copy of it. Whatever its columns are: numbers are added, all
// else is replaced by what it has become.
class Limit {
  public:
    explicit Limit(testing::Client& client) : client_(client) {
        state_ = client.scalar(
            "SELECT 'freshet.' || relname FROM pg_class WHERE relnamespace = 'freshet'::regnamespace "
            "AND relname ~ '^state_[0-9]+_0$' AND relkind = 'r'");
        keys_ = client.scalar(
            "SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.place) FROM pg_index i, "
            "unnest(i.indkey) WITH ORDINALITY AS k(attnum, place), pg_attribute a WHERE i.indrelid = $1::regclass "
            "AND i.indisunique AND i.indpred IS NULL AND a.attrelid = i.indrelid AND a.attnum = k.attnum",
            {state_});
        for (const auto& row :
             client.query("SELECT quote_ident(a.attname), a.atttypid IN ('bigint'::regtype, 'integer'::regtype, "
                          "'numeric'::regtype), "
                          "a.attnum = ANY (i.indkey) FROM pg_attribute a JOIN pg_index i ON i.indrelid = a.attrelid "
                          "AND i.indisunique AND i.indpred IS NULL "
                          "WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum",
                          {state_})) {
            add_column(*row[0], *row[1] == "t", *row[2] == "t");
        }
        const auto options =
            client.query("SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = $1::regclass", {state_});
        client.exec("CREATE TABLE bench.limit_state (LIKE " + state_ + " INCLUDING ALL)" +
                    (options[0][0] ? " WITH (" + *options[0][0] + ")" : ""));
    }

    void copy_state() {
        client_.exec("TRUNCATE bench.limit_state");
        client_.exec("INSERT INTO bench.limit_state SELECT * FROM " + state_);
        client_.exec("VACUUM ANALYZE bench.limit_state");
        client_.exec("CHECKPOINT");
    }

    // What the state has become since copy_state(), written into the copy. The rows; seconds with their COMMIT.
    std::pair<long, double> write_deltas() {
        client_.exec("DROP TABLE IF EXISTS bench.delta");
        client_.exec("CREATE TABLE bench.delta AS SELECT " + deltas_ + " FROM " + state_ +
                     " AS a LEFT JOIN bench.limit_state AS b USING (" + keys_ +
                     ") WHERE a.*::text IS DISTINCT FROM b.*::text");
        client_.exec("ANALYZE bench.delta");
        const auto rows = std::stol(client_.scalar("SELECT count(*) FROM bench.delta"));
        const Stopwatch watch;
        client_.exec("INSERT INTO bench.limit_state AS t SELECT * FROM bench.delta ON CONFLICT (" + keys_ +
                     ") DO UPDATE SET " + updates_);
        return {rows, watch.seconds()};
    }

  private:
    void add_column(const std::string& name, bool number, bool key) {
        const auto comma = [](const std::string& text) { return text.empty() ? "" : ", "; };
        deltas_ +=
            comma(deltas_) + (number && !key ? "a." + name + " - coalesce(b." + name + ", 0) AS " + name : "a." + name);
        if (key) return;
        updates_ += comma(updates_) + name + " = " + (number ? "t." + name + " + excluded." : "excluded.") + name;
    }

    testing::Client& client_;
    std::string state_;
    std::string keys_;
    std::string deltas_;
    std::string updates_;
};

// As many log rows as wanted, half of them of inserts and half of updates, spread over all groups.
std::vector<std::string> backlog(long changes, long entries) {
    const auto inserted = std::to_string(changes / 2);
    const auto step = std::to_string(std::max(1L, entries / (changes / 2) - 1));
    return {
        "INSERT INTO projects_time_entries (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, "
        "approved) "
        "SELECT project_id, task_id, user_id, date, 1, hourly_rate, is_billable, true FROM projects_time_entries "
        "WHERE id % " +
            step + " = 0 LIMIT " + inserted,
        "UPDATE projects_time_entries SET hours = CASE WHEN hours > 5 THEN 0.25 ELSE hours + 0.25 END WHERE id IN "
        "(SELECT id FROM projects_time_entries WHERE approved AND id % " +
            step + " = " + (step == "1" ? "0" : "1") + " LIMIT " + std::to_string(changes / 4) + ")"};
}

// So far. One row of the refresh log stands for all folds of a minute.
double changes_applied(testing::Client& client) {
    return std::stod(client.scalar("SELECT coalesce(sum(changes_applied), 0) FROM freshet.refresh_log"));
}

}  // namespace

void measure_throughput(Bench& bench) {
    const auto& options = bench.options;
    const auto conninfo = bench.firm("throughput", options.entries);
    testing::Client client(conninfo);
    Daemon daemon(conninfo, {.strategy = "delta", .only = view});
    bench.say("freshetd install of one view");
    daemon.install();
    Moves moves(client);
    daemon.start();
    Limit limit(client);
    Figure ours{"freshet, one view", {}};
    Figure least{"one INSERT ... ON CONFLICT of the grouped deltas", {}};
    std::string note;
    for (int round = 0; round < std::min(options.rounds, 3); ++round) {
        bench.say("a backlog of " + std::to_string(options.backlog) + " changes");
        wait_until_asleep(client);
        limit.copy_state();
        client.exec("VACUUM ANALYZE");
        const auto statements = backlog(options.backlog, options.entries);
        const auto applied = changes_applied(client);
        const auto seconds = follow(client, moves, statements);
        const auto changes = changes_applied(client) - applied;
        const auto [groups, limit_seconds] = limit.write_deltas();
        ours.samples.add(changes / seconds);
        least.samples.add(changes / limit_seconds);
        note = std::to_string(long(changes)) + " changes of " + std::to_string(groups) + " groups";
    }
    Section section{"throughput", "Changes folded a second into one view"};
    section.reached.emplace_back("throughput", paired_ratios(ours.samples, least.samples));
    section.comparisons.push_back({"a backlog at once", Unit::per_second, {ours, least}});
    section.notes.push_back(note);
    daemon.prove_exact();
    daemon.stop();
    bench.report.add(section);
    bench.drop("throughput");
}

}  // namespace freshet::bench
