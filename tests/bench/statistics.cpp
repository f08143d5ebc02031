#include "statistics.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace freshet::bench {

double Samples::quantile(double share) const {
    if (values_.empty()) throw std::logic_error("no samples were taken");
    auto sorted = values_;
    std::sort(sorted.begin(), sorted.end());
    const auto position = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(std::floor(position));
    const auto above = static_cast<std::size_t>(std::ceil(position));
    return std::lerp(sorted[below], sorted[above], position - static_cast<double>(below));
}

Samples paired_ratios(const Samples& ours, const Samples& theirs) {
    if (ours.size() != theirs.size()) throw std::logic_error("samples of different rounds are no pairs");
    Samples ratios;
    for (std::size_t i = 0; i < ours.size(); ++i) ratios.add(ours.values()[i] / theirs.values()[i]);
    return ratios;
}

Samples once(double value) {
    return Samples({value});
}

}  // namespace freshet::bench
