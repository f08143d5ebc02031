#include "freshet/schedule/cost_model.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace freshet::schedule {

namespace {

constexpr double kept = 0.8;             // of the weight of earlier measurements, with each new one
constexpr double wildest = 16;           // a measurement counts as at most so many times the prediction, or its part
constexpr double wildest_first = 1000;   // there may be slow machines and queries
constexpr double assumed_size = 10'000;  // where the prior stands beside the first measurements
constexpr double never_less = 100;       // neither part is ever learned to be a smaller share of the prior
constexpr double forgotten = 0.05;     // of the distance to the prior, in logarithms
constexpr double clearly = 1.2;        // cheaper by this factor, to change what is done
constexpr double worth_it = 0.02;      // seconds that a recomputation must save to begin with: below, either is quick

std::string number(double value) {
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g", value);
    return text.data();
}

bool changes_over(const refresh::Weighed& weighed) {
    return weighed.fold_seconds > clearly * weighed.reconcile_seconds &&
           weighed.fold_seconds - weighed.reconcile_seconds > worth_it;
}

bool stays(const refresh::Weighed& weighed) {
    return weighed.fold_seconds > worth_it && clearly * weighed.fold_seconds > weighed.reconcile_seconds;
}

std::string sentence(const refresh::Weighed& weighed, std::int64_t changes) {
    const auto fold = "folding " + std::to_string(changes) + " changes " + number(weighed.fold_seconds) + " s";
    const auto whole = "recomputing from " + std::to_string(weighed.source_rows) + " rows " +
                       number(weighed.reconcile_seconds) + " s";
    return weighed.recompute ? "predicted: " + whole + ", " + fold : "predicted: " + fold + ", " + whole;
}

}  // namespace

void CostCurve::learn(double size, double seconds) {
    const auto predicted = predict(size);
    const auto limit = learned_ ? wildest : wildest_first;
    const auto measured = std::clamp(seconds, predicted / limit, predicted * limit);
    if (!learned_) {
        scale(measured / predicted);
        observe(0, predict(0));
        observe(assumed_size, predict(assumed_size));
        learned_ = true;
    }
    observe(size, measured);
    solve();
}

// Errors count in proportion to the cost, so that a quick refresh teaches as much as a slow one.
void CostCurve::observe(double size, double seconds) {
    const auto predicted = predict(size);
    const auto weight = 1 / (predicted * std::max(predicted, seconds));
    sums_.weight = kept * sums_.weight + weight;
    sums_.size = kept * sums_.size + weight * size;
    sums_.square = kept * sums_.square + weight * size * size;
    sums_.seconds = kept * sums_.seconds + weight * seconds;
    sums_.product = kept * sums_.product + weight * size * seconds;
}

void CostCurve::solve() {
    const auto mean = sums_.size / sums_.weight;
    const auto spread = sums_.square / sums_.weight - mean * mean;
    if (spread <= 0.01 * mean * mean) {  // all of one size: no telling the parts apart
        scale(sums_.seconds / sums_.weight / predict(mean));
        return;
    }
    const auto slope = (sums_.product - mean * sums_.seconds) / (spread * sums_.weight);
    now_.for_each = std::max(slope, prior_.for_each / never_less);
    now_.fixed = sums_.seconds / sums_.weight - now_.for_each * mean;
    if (now_.fixed < prior_.fixed / never_less) {
        now_.fixed = prior_.fixed / never_less;
        now_.for_each = std::max((sums_.product - now_.fixed * sums_.size) / sums_.square,
                                 prior_.for_each / never_less);
    }
}

void CostCurve::scale(double factor) {
    now_.fixed *= factor;
    now_.for_each *= factor;
}

void CostCurve::forget() {
    if (!learned_) {
        return;
    }
    const auto mean = sums_.size / sums_.weight;
    const auto factor = std::pow((prior_.fixed + prior_.for_each * mean) / predict(mean), forgotten);
    scale(factor);
    sums_.seconds *= factor;
    sums_.product *= factor;
}

refresh::Weighed CostModel::weigh(std::int64_t changes) const {
    refresh::Weighed weighed;
    weighed.source_rows = source_rows_.value_or(0);
    weighed.fold_seconds = fold_.predict(static_cast<double>(changes));
    weighed.reconcile_seconds = reconcile_.predict(static_cast<double>(weighed.source_rows));
    if (source_rows_) {
        weighed.recompute = recomputed_last_ ? stays(weighed) : changes_over(weighed);
    }
    weighed.why = sentence(weighed, changes);
    return weighed;
}

void CostModel::learn_fold(std::int64_t changes, double seconds) {
    fold_.learn(static_cast<double>(changes), seconds);
}

void CostModel::learn_reconcile(std::int64_t source_rows, double seconds) {
    reconcile_.learn(static_cast<double>(source_rows), seconds);
}

void CostModel::learn(const refresh::Outcome& outcome) {
    const auto seconds = std::chrono::duration<double>(outcome.merge).count();
    const bool whole = outcome.strategy == "reconcile";
    if (whole && source_rows_) {
        learn_reconcile(*source_rows_, seconds);
    } else if (!whole && outcome.changes > 0) {
        learn_fold(outcome.changes, seconds);
    }
    if (outcome.weighed) {
        recomputed_last_ = outcome.weighed->recompute;
        if (recomputed_last_) {
            fold_.forget();
        }
    }
}

}  // namespace freshet::schedule
