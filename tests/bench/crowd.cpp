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

class Crowd::Writer {
  public:
    Writer(const std::string& conninfo, const std::string& table, long entries, unsigned seed)
        : client_(conninfo), random_(seed), id_(1, entries - 1) {
        const auto projects = std::to_string(projects_of(entries));
        client_.exec("PREPARE ins AS INSERT INTO " + table +
                     " (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, approved) "
                     "VALUES (1 + $1 % " +
                     projects +
                     ", $1 % 2000, 1 + $1 % 50, CURRENT_DATE - $1 % 900, 2.5, 80, true, true) "
                     "RETURNING pg_current_xact_id()");
        client_.exec("PREPARE upd AS UPDATE " + table +
                     " SET hours = 0.25 * (1 + $2 % 32) WHERE id = $1 RETURNING pg_current_xact_id()");
    }

    // One of each kind, so that a session's plans and functions are made before time is taken.
    void begin() {
        commit_one();
        commit_one();
    }

    void commit_one() {
        const auto id = std::to_string(id_(random_));
        const auto rows =
            client_.query(commits_ % 2 == 0 ? "EXECUTE ins(" + id + ")"
                                            : "EXECUTE upd(" + id + ", " + std::to_string(commits_ % 1000) + ")");
        ++commits_;
        if (!rows.empty()) last_xid_ = *rows[0][0];
    }
    const std::string& last_xid() const { return last_xid_; }

  private:
    testing::Client client_;
    std::mt19937 random_;
    std::uniform_int_distribution<long> id_;
    long commits_ = 0;
    std::string last_xid_;
};

Crowd::Crowd(const std::string& conninfo, const std::string& table, int writers, long entries) {
    for (int i = 0; i < writers; ++i) {
        writers_.push_back(std::make_unique<Writer>(conninfo, table, entries, static_cast<unsigned>(i)));
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
