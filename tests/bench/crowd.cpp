#include "crowd.hpp"

#include <exception>
#include <mutex>
#include <random>
#include <thread>

#include "firm.hpp"
#include "statistics.hpp"
#include "support/client.hpp"

namespace freshet::bench {

using Clock = std::chrono::steady_clock;

// A user's id that no firm has: a writer finds by it what it inserted itself.
constexpr unsigned first_own_user = 1'000'000;

class Crowd::Writer {
  public:
    Writer(const std::string& conninfo, const std::string& table, long entries, unsigned number, Deeds deeds, int rows)
        : client_(conninfo),
          random_(number),
          id_(1, entries - rows),
          deeds_(prepare(table, entries, number, deeds, rows)) {}

    // One of each kind, so that a session's plans and functions are made before time is taken.
    void begin() {
        for (std::size_t i = 0; i < deeds_.size(); ++i) commit_one();
    }

    void commit_one() {
        const auto rows = client_.query("EXECUTE " + deeds_[commits_ % deeds_.size()] + "(" +
                                        std::to_string(id_(random_)) + ", " + std::to_string(commits_ % 1000) + ")");
        ++commits_;
        if (!rows.empty()) last_xid_ = *rows[0][0];
    }
    const std::string& last_xid() const { return last_xid_; }

  private:
    // The names of statements that take an id and a number.
    std::vector<std::string> prepare(const std::string& table, long entries, unsigned number, Deeds deeds, int rows) {
        const auto own_user = std::to_string(first_own_user + number);
        const auto user = deeds == Deeds::inserts_and_deletes ? own_user : "1 + g % 50";
        const std::string returning = rows == 1 ? " RETURNING pg_current_xact_id()" : "";
        const auto insert = "INSERT INTO " + table +
                            " (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, approved) "
                            "SELECT 1 + g % " +
                            std::to_string(projects_of(entries)) + ", g % 2000, " + user +
                            ", CURRENT_DATE - (g % 900)::integer, 2.5, 80, true, true FROM ";
        client_.exec(
            "PREPARE ins(bigint, bigint) AS " + insert +
            (rows == 1 ? "(VALUES ($1)) AS v(g)" : "generate_series($1, $1 + " + std::to_string(rows - 1) + ") AS g") +
            returning);
        client_.exec("PREPARE upd(bigint, bigint) AS UPDATE " + table + " SET hours = 0.25 * (1 + $2 % 32) WHERE id " +
                     (rows == 1 ? "= $1" : "BETWEEN $1 AND $1 + " + std::to_string(rows - 1)) + returning);
        client_.exec("PREPARE del(bigint, bigint) AS DELETE FROM " + table + " WHERE user_id = " + own_user +
                     returning);
        switch (deeds) {
            case Deeds::inserts:
                return {"ins"};
            case Deeds::updates:
                return {"upd"};
            case Deeds::inserts_and_deletes:
                return {"ins", "del"};
            case Deeds::inserts_and_updates:
                break;
        }
        return {"ins", "upd"};
    }

    testing::Client client_;
    std::mt19937 random_;
    std::uniform_int_distribution<long> id_;
    std::vector<std::string> deeds_;
    std::size_t commits_ = 0;
    std::string last_xid_;
};

Crowd::Crowd(const std::string& conninfo, const std::string& table, int writers, long entries, Deeds deeds, int rows) {
    for (int i = 0; i < writers; ++i) {
        writers_.push_back(std::make_unique<Writer>(conninfo, table, entries, static_cast<unsigned>(i), deeds, rows));
        writers_.back()->begin();
    }
}

Crowd::~Crowd() = default;

// Each writer in a thread of its own does `work(writer, number, result)`; the results are put together.
template <typename Work>
CrowdResult Crowd::together(Work work) {
    CrowdResult all;
    std::exception_ptr failure;
    std::mutex mutex;  // guards both
    std::vector<std::thread> threads;
    const Stopwatch watch;
    for (std::size_t i = 0; i < writers_.size(); ++i) {
        threads.emplace_back([&, i] {
            CrowdResult mine;
            std::exception_ptr mine_failed;
            try {
                work(*writers_[i], i, mine);
            } catch (const std::exception&) {
                mine_failed = std::current_exception();
            }
            const std::lock_guard lock(mutex);
            all.commits += mine.commits;
            all.xids.insert(all.xids.end(), mine.xids.begin(), mine.xids.end());
            if (mine_failed) failure = mine_failed;
        });
    }
    for (auto& thread : threads) thread.join();
    if (failure) std::rethrow_exception(failure);
    all.seconds = watch.seconds();
    return all;
}

CrowdResult Crowd::run(std::chrono::milliseconds time) {
    const auto end = Clock::now() + time;
    return together([end](Writer& writer, std::size_t, CrowdResult& result) {
        while (Clock::now() < end) {
            writer.commit_one();
            ++result.commits;
        }
    });
}

CrowdResult Crowd::run_at(long rate, std::chrono::milliseconds time) {
    const auto begin = Clock::now();
    const auto writers = writers_.size();
    return together([=](Writer& writer, std::size_t number, CrowdResult& result) {
        for (std::size_t i = number;; i += writers) {
            const auto due = begin + std::chrono::microseconds(1'000'000 * i / static_cast<std::size_t>(rate));
            if (due >= begin + time || Clock::now() >= begin + time) return;
            std::this_thread::sleep_until(due);
            writer.commit_one();
            ++result.commits;
            result.xids.push_back(writer.last_xid());
        }
    });
}

}  // namespace freshet::bench
