#include "writers.hpp"

#include <atomic>
#include <exception>
#include <memory>
#include <random>
#include <thread>

#include "twins.hpp"

namespace freshet::bench {

namespace {

constexpr long bulk_rows = 10'000;
constexpr long entries_per_project = 1000;  // as the sample is generated

enum class DaemonState { stopped, running };

struct Variant {
    const char* who;
    const char* table;
    DaemonState daemon;
};

constexpr Variant variants[] = {
    {"freshet, keeping three reports", captured_table, DaemonState::running},
    {"freshet's triggers, daemon stopped", captured_table, DaemonState::stopped},
    {"no triggers", plain_table, DaemonState::stopped},
    {"a trigger that calls pg_notify", notifying_table, DaemonState::stopped},
};

// Commits single rows until told to stop: by turns an insert and an update.
class Writer {
  public:
    Writer(const std::string& conninfo, const std::string& table, long entries, unsigned seed)
        : client_(conninfo), random_(seed), id_(1, entries) {
        const auto projects = std::to_string(entries / entries_per_project);
        client_.exec("PREPARE ins AS INSERT INTO " + table +
                     " (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, approved) "
                     "VALUES (1 + $1 % " +
                     projects + ", $1 % 2000, 1 + $1 % 50, CURRENT_DATE - $1 % 900, 2.5, 80, true, true)");
        client_.exec("PREPARE upd AS UPDATE " + table + " SET hours = 0.25 * (1 + $2 % 32) WHERE id = $1");
    }

    long run(const std::atomic<bool>& stop) {
        long commits = 0;
        while (!stop) {
            const auto id = std::to_string(id_(random_));
            client_.exec(commits % 2 == 0 ? "EXECUTE ins(" + id + ")"
                                          : "EXECUTE upd(" + id + ", " + std::to_string(commits % 1000) + ")");
            ++commits;
        }
        return commits;
    }

  private:
    testing::Client client_;
    std::mt19937 random_;
    std::uniform_int_distribution<long> id_;
};

class Crowd {
  public:
    Crowd(const std::string& conninfo, const std::string& table, int writers, long entries) {
        for (int i = 0; i < writers; ++i) {
            writers_.push_back(std::make_unique<Writer>(conninfo, table, entries, static_cast<unsigned>(i)));
        }
    }

    // Commits a second. Throws what stopped a writer.
    double run(std::chrono::milliseconds time) {
        std::atomic<bool> stop{false};
        std::atomic<long> commits{0};
        std::exception_ptr failure;
        std::vector<std::thread> threads;
        const Stopwatch watch;
        for (auto& writer : writers_) {
            threads.emplace_back([&stop, &commits, &failure, one = writer.get()] {
                try {
                    commits += one->run(stop);
                } catch (const std::exception&) {
                    if (!stop.exchange(true)) failure = std::current_exception();
                }
            });
        }
        std::this_thread::sleep_for(time);
        stop = true;
        for (auto& thread : threads) thread.join();
        if (failure) std::rethrow_exception(failure);
        return static_cast<double>(commits) / watch.seconds();
    }

  private:
    std::vector<std::unique_ptr<Writer>> writers_;
};

double measure(const Variant& variant, int writers, const std::string& conninfo, Daemon& daemon,
               const Options& options) {
    if (variant.daemon == DaemonState::running) daemon.start();
    Crowd crowd(conninfo, variant.table, writers, options.writers_entries);
    const auto rate = crowd.run(options.slice);
    if (variant.daemon == DaemonState::running) daemon.stop();
    return rate;
}

struct Bulk {
    const char* name;
    std::string sql;  // with @ for the table
};

std::string for_table(std::string sql, const std::string& table) {
    for (auto at = sql.find('@'); at != std::string::npos; at = sql.find('@')) sql.replace(at, 1, table);
    return sql;
}

std::vector<Bulk> bulks(const Options& options) {
    const auto rows = std::to_string(bulk_rows);
    const auto step = std::to_string(std::max(1L, options.writers_entries / bulk_rows));
    return {
        {"10,000 rows inserted by one statement",
         "INSERT INTO @ (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, approved) "
         "SELECT 1 + g % " +
             std::to_string(options.writers_entries / entries_per_project) +
             ", g, 1 + g % 50, CURRENT_DATE - g % 900, 2.5, 80, true, true FROM generate_series(1, " + rows + ") AS g"},
        {"10,000 rows updated by one statement",
         "UPDATE @ SET hours = CASE WHEN hours > 5 THEN 0.25 ELSE hours + 0.25 END WHERE id IN (SELECT g * " + step +
             " FROM generate_series(1, " + rows + ") AS g)"},
        {"10,000 rows deleted by one statement",
         "DELETE FROM @ WHERE id IN (SELECT id FROM @ ORDER BY id DESC LIMIT " + rows + ")"}};
}

double seconds_of(testing::Client& client, const std::string& statement) {
    const Stopwatch watch;
    client.exec(statement);
    return watch.seconds();
}

}  // namespace

Section small_commits(const std::string& conninfo, Daemon& daemon, const Options& options) {
    Section section{"Commits of one inserted or updated row (fsync on)", {}};
    for (const int writers : {1, 8}) {
        std::vector<Figure> figures;
        for (const auto& variant : variants) figures.push_back({variant.who, {}});
        for (int round = 0; round < options.rounds; ++round) {
            for (std::size_t i = 0; i < figures.size(); ++i) {
                const auto index = (i + static_cast<std::size_t>(round)) % figures.size();
                figures[index].samples.add(measure(variants[index], writers, conninfo, daemon, options));
            }
        }
        section.comparisons.push_back({std::to_string(writers) + (writers == 1 ? " writer" : " writers"),
                                       Unit::commits_per_second, std::move(figures)});
    }
    return section;
}

Section bulk_statements(testing::Client& client, const Options& options) {
    Section section{"Bulk statements", {}};
    for (const auto& bulk : bulks(options)) {
        Samples captured;
        Samples plain;
        for (int round = 0; round < options.rounds + 1; ++round) {
            const auto take = [&](Samples& samples, const char* table) {
                const auto seconds = seconds_of(client, for_table(bulk.sql, table));
                if (round > 0) samples.add(seconds);  // the first one warms up
            };
            if (round % 2 == 0) take(captured, captured_table);
            take(plain, plain_table);
            if (round % 2 != 0) take(captured, captured_table);
        }
        section.comparisons.push_back(
            {bulk.name, Unit::seconds, {{"freshet's triggers", captured}, {"no triggers", plain}}});
    }
    return section;
}

}  // namespace freshet::bench
