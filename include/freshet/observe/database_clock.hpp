// What the database's clock shows now, as far as that can be known without asking: what it last showed, and the time
// since then on a clock of ours that nobody sets. So a step of this machine's clock changes nothing, and a database
// that does not answer does not stop the time. Before the first reading it is this machine's clock.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "freshet/observe/status.hpp"

namespace freshet::observe {

class DatabaseClock {
  public:
    using Elapsed = std::function<std::chrono::steady_clock::time_point()>;

    explicit DatabaseClock(Elapsed elapsed) : elapsed_(std::move(elapsed)) {}

    void shows(SystemTime moment) { reading_ = Reading{moment, elapsed_()}; }
    SystemTime now() const;

  private:
    struct Reading {
        SystemTime shown;
        std::chrono::steady_clock::time_point at;
    };

    Elapsed elapsed_;
    std::optional<Reading> reading_;
};

}  // namespace freshet::observe
