// Samples of one quantity, and the few numbers that are printed of them.
//
// Not thread-safe.
#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace freshet::bench {

class Samples {
  public:
    Samples() = default;
    explicit Samples(std::vector<double> values) : values_(std::move(values)) {}

    void add(double value) { values_.push_back(value); }
    bool empty() const noexcept { return values_.empty(); }
    std::size_t size() const noexcept { return values_.size(); }
    const std::vector<double>& values() const noexcept { return values_; }
    // The value that `share` (0 to 1) of the samples do not exceed. Throws std::logic_error without samples.
    double quantile(double share) const;
    double median() const { return quantile(0.5); }
    double low() const { return quantile(0); }
    double high() const { return quantile(1); }

  private:
    std::vector<double> values_;
};

// Of what was measured in the same round: the first of `ours` against the first of `theirs`, and so on.
Samples paired_ratios(const Samples& ours, const Samples& theirs);
// One number as samples.
Samples once(double value);

// Seconds since it was made.
class Stopwatch {
  public:
    double seconds() const { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count(); }

  private:
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace freshet::bench
