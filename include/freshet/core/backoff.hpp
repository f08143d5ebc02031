// How long to wait before the next try: capped exponential backoff with full jitter, so that many clients of a server
// that comes back do not return in step (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
//
// Pure: the random numbers are injected and nobody waits here.
#pragma once

#include <algorithm>
#include <chrono>
#include <functional>

namespace freshet::core {

// A number in [0, 1), evenly distributed.
using Uniform = std::function<double()>;

// A Uniform of its own, seeded by the operating system.
Uniform random_uniform();

class Backoff {
  public:
    using Duration = std::chrono::milliseconds;

    // The ceiling of the first wait, and of any wait.
    struct Limits {
        Duration first{100};
        Duration most{10'000};
    };

    explicit Backoff(Limits limits, Uniform uniform = random_uniform());

    // The next wait: anything from 0 up to a ceiling that doubles with each call, to at most `most`.
    Duration next();
    // After a success: the next ceiling is `first` again.
    void reset() noexcept { ceiling_ = std::min(limits_.first, limits_.most); }

  private:
    Limits limits_;
    Uniform uniform_;
    Duration ceiling_;
};

}  // namespace freshet::core
