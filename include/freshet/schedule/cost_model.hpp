// Which is cheaper for the backlog of one view: folding it, or recomputing the view. Each is taken for a fixed part and a
// part for every change, or for every row of the sources; both parts are learned from what refreshes really took.
//
// Pure: no clock, no database. Not thread-safe.
//
// Learning is a least squares fit of relative errors in which older measurements fade (recursive least squares with a
// forgetting factor: Haykin, Adaptive Filter Theory). The first measurement scales what was assumed; one wild measurement
// moves little; while all are of one size, the two parts keep their proportion. What is not tried is slowly forgotten: an
// estimate that is wrong, and for that reason never tested, does not last.
#pragma once

#include <cstdint>
#include <optional>

#include "freshet/refresh/cost.hpp"
#include "freshet/refresh/outcome.hpp"

namespace freshet::schedule {

// Seconds as fixed + for_each * size.
class CostCurve {
  public:
    CostCurve(double fixed, double for_each) : prior_{fixed, for_each}, now_(prior_) {}

    double predict(double size) const { return now_.fixed + now_.for_each * size; }
    void learn(double size, double seconds);
    // A step back to what was assumed before anything was measured.
    void forget();

  private:
    struct Parts {
        double fixed;
        double for_each;
    };
    struct Sums {  // weighted
        double weight = 0;
        double size = 0;
        double square = 0;
        double seconds = 0;
        double product = 0;
    };

    void observe(double size, double seconds);
    void solve();
    void scale(double factor);

    Parts prior_;
    Parts now_;
    Sums sums_;
    bool learned_ = false;
};

class CostModel {
  public:
    // What a recomputation reads, as the planner estimates it. Until it is known nothing is weighed.
    void set_source_rows(std::int64_t rows) { source_rows_ = rows; }
    bool knows_sources() const { return source_rows_.has_value(); }

    // The cheaper one; when in doubt, what was done last. Recomputing must save something worth the name.
    refresh::Weighed weigh(std::int64_t changes) const;

    // `seconds` of the work alone, as Outcome::merge: without waiting, reading and COMMIT.
    void learn_fold(std::int64_t changes, double seconds);
    void learn_reconcile(std::int64_t source_rows, double seconds);
    // A refresh of the whole view: the cost of what it did, and what it decided.
    void learn(const refresh::Outcome& outcome);

  private:
    // Before the first measurement: as on 2 million rows on a plain machine, where a change costs a little more to fold
    // than two rows to recompute.
    CostCurve fold_{0.005, 10e-6};
    CostCurve reconcile_{0.010, 4e-6};
    std::optional<std::int64_t> source_rows_;
    bool recomputed_last_ = false;  // by choice
};

}  // namespace freshet::schedule
