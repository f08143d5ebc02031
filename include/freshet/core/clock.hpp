// Injected time. Whoever needs to know "now" takes a Clock&, so that tests move the time themselves.
//
// Not the wall clock: deadlines and debounce windows must not jump when someone sets the time. Not a timer either;
// waiting is the business of async. SystemClock is safe from every thread, ManualClock belongs to one.
#pragma once

#include <chrono>

namespace freshet::core {

class Clock {
  public:
    using TimePoint = std::chrono::steady_clock::time_point;

    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    virtual TimePoint now() const = 0;
};

class SystemClock final : public Clock {
  public:
    TimePoint now() const override { return std::chrono::steady_clock::now(); }
};

// Starts well after the epoch, so that a forgotten time point of zero shows up as a long time ago.
class ManualClock final : public Clock {
  public:
    TimePoint now() const override { return now_; }
    void advance(std::chrono::milliseconds by) { now_ += by; }

  private:
    TimePoint now_{std::chrono::hours{1}};
};

}  // namespace freshet::core
