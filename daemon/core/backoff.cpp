#include "freshet/core/backoff.hpp"

#include <algorithm>
#include <random>
#include <utility>

namespace freshet::core {

Uniform random_uniform() {
    return [engine = std::mt19937_64(std::random_device{}()),
            distribution = std::uniform_real_distribution<double>()]() mutable { return distribution(engine); };
}

Backoff::Backoff(Limits limits, Uniform uniform)
    : limits_(limits), uniform_(std::move(uniform)), ceiling_(std::min(limits.first, limits.most)) {}

Backoff::Duration Backoff::next() {
    const Duration ceiling = ceiling_;
    // Half first: a doubling of `most` itself might overflow.
    ceiling_ = ceiling > limits_.most / 2 ? limits_.most : ceiling * 2;
    return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(ceiling) * uniform_());
}

}  // namespace freshet::core
