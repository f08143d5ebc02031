#include "freshet/schedule/suspicion.hpp"

#include <algorithm>
#include <stdexcept>

namespace freshet::schedule {

Suspicion::Advice Suspicion::looked(TimePoint now, const RowCounts& counts) {
    if (!accounted_) {
        accounted_ = counts;
        return Advice::remember;
    }
    if (proving_) {
        return Advice::nothing;
    }
    const bool again = last_.has_value() && differs(*last_);
    const bool differs_now = differs(counts);
    last_ = differs_now ? std::optional(counts) : std::nullopt;
    if (!differs_now) {
        if (now >= not_before_ + pause_) {
            pause_ = Duration{0};  // quiet for as long again
        }
        return Advice::nothing;
    }
    if (!again || now < not_before_) {
        return Advice::nothing;
    }
    proving_ = counts;
    return Advice::prove;
}

void Suspicion::proven(TimePoint now, Proof proof, Duration took) {
    if (!proving_) {
        throw std::logic_error("nothing was suspected");
    }
    if (proof != Proof::failed) {
        accounted_ = *proving_;
    }
    pause_ = proof == Proof::drift ? Duration{0} : std::max({pause_ * 2, limits_.first, took * limits_.share});
    pause_ = std::min(pause_, limits_.most);
    not_before_ = now + pause_;
    proving_.reset();
    last_.reset();
}

std::int64_t Suspicion::unaccounted() const noexcept {
    return proving_ && accounted_ && proving_->since == accounted_->since ? proving_->excess - accounted_->excess : 0;
}

bool Suspicion::differs(const RowCounts& counts) const {
    return counts != *accounted_;
}

}  // namespace freshet::schedule
