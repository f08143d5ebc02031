#include "freshet/observe/database_clock.hpp"

namespace freshet::observe {

SystemTime DatabaseClock::now() const {
    if (!reading_) {
        return std::chrono::system_clock::now();
    }
    return reading_->shown + std::chrono::duration_cast<SystemTime::duration>(elapsed_() - reading_->at);
}

}  // namespace freshet::observe
