// Whether rows of a source changed that capture did not log, by the server's statistics (docs/correctness.md, section
// 11).
//
// The statistics count each row inserted and deleted, and twice each row updated, of the source; and the rows inserted
// into its log. The difference grows by what bypassed capture, and by what capture rightly left out. So a difference
// proves nothing: it is a suspicion, to be settled by a proof. After each proof that finds nothing the next may come
// later, so that what is left out all the time does not cost proofs all the time.
//
// Pure: numbers and times in, advice out.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "freshet/core/clock.hpp"

namespace freshet::schedule {

struct RowCounts {
    std::int64_t excess = 0;  // rows that the statistics count and the log lacks
    std::string since;        // when they were last reset

    bool operator==(const RowCounts&) const = default;
};

class Suspicion {
  public:
    using TimePoint = core::Clock::TimePoint;
    using Duration = std::chrono::milliseconds;

    struct Limits {
        Duration first{std::chrono::minutes{1}};  // until the next proof, after one that found nothing
        Duration most{std::chrono::hours{24}};    // doubled to at most this
        int share = 100;                          // and at least so many times what the proof took
    };

    enum class Advice { nothing, remember, prove };
    enum class Proof { exact, drift, failed };

    // `accounted`: what was counted before the views over the source were last found right.
    Suspicion(Limits limits, std::optional<RowCounts> accounted) : limits_(limits), accounted_(std::move(accounted)) {}

    // `remember`: nothing was known, and accounted() is what there is now. `prove`: the views over the source are to be
    // proven, and proven() is to be told. A difference counts when two looks have seen it: the statistics are not of
    // one moment.
    Advice looked(TimePoint now, const RowCounts& counts);
    // The proof that looked() asked for; what was counted then is accounted for, unless it failed.
    void proven(TimePoint now, Proof proof, Duration took);

    bool proving() const noexcept { return proving_.has_value(); }
    // A difference was seen that is not settled yet.
    bool open() const noexcept { return proving_.has_value() || last_.has_value(); }
    const std::optional<RowCounts>& accounted() const noexcept { return accounted_; }
    // Rows that led to the suspicion; 0 if the statistics were reset.
    std::int64_t unaccounted() const noexcept;

  private:
    bool differs(const RowCounts& counts) const;

    Limits limits_;
    std::optional<RowCounts> accounted_;
    std::optional<RowCounts> last_;     // of the look before, if it differed
    std::optional<RowCounts> proving_;  // what is being settled
    Duration pause_{0};
    TimePoint not_before_{};
};

}  // namespace freshet::schedule
