// What `freshetd status --watch` shows on a terminal, round after round: also while the database does not answer, for
// that is when people watch. Pure.
#pragma once

#include <optional>
#include <string>

#include "freshet/cli/status_text.hpp"

namespace freshet::cli {

class WatchText {
  public:
    explicit WatchText(Colour colour) : colour_(colour) {}

    // A look succeeded: views in trouble come first, and pending changes say whether they grow.
    std::string looked(StatusReport report);
    // A look failed at `now`, seconds since the epoch by this machine's clock: what was seen last, and for how long
    // nothing was.
    std::string failed(const std::string& error, const std::string& hint, double now);

  private:
    std::string heading(const std::string& what) const;

    Colour colour_;
    std::optional<StatusReport> last_;
    std::optional<double> failing_since_;
};

}  // namespace freshet::cli
