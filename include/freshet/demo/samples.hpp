// Numbers seen so far, and what is typical of them.
#pragma once

#include <cstddef>
#include <vector>

namespace freshet::demo {

class Samples {
  public:
    void add(double value) { values_.push_back(value); }
    bool empty() const noexcept { return values_.empty(); }
    std::size_t count() const noexcept { return values_.size(); }

    // The smallest value that at least `share` (0 to 1) of all values do not exceed: the nearest-rank percentile.
    // 0 without values.
    double percentile(double share) const;
    double median() const { return percentile(0.5); }
    double max() const { return percentile(1); }

  private:
    std::vector<double> values_;
};

}  // namespace freshet::demo
