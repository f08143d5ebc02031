#include "freshet/schedule/chain_gate.hpp"

#include <algorithm>

namespace freshet::schedule {

namespace {

// Stands in the queue while it lives, also when the wait is cancelled.
class Place {
  public:
    Place(std::deque<async::Event*>& queue, async::Event& event) : queue_(queue), event_(event) {
        queue_.push_back(&event_);
    }
    ~Place() { std::erase(queue_, &event_); }
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

  private:
    std::deque<async::Event*>& queue_;
    async::Event& event_;
};

}  // namespace

ChainGate::Pass::~Pass() {
    if (gate_ != nullptr) {
        gate_->leave();
    }
}

asio::awaitable<ChainGate::Pass> ChainGate::enter() {
    if (taken_ || !waiting_.empty()) {
        async::Event turn(executor_);
        const Place place(waiting_, turn);
        while (taken_ || waiting_.front() != &turn) {
            co_await turn.wait();
        }
    }
    taken_ = true;
    co_return Pass(this);
}

void ChainGate::leave() {
    taken_ = false;
    if (!waiting_.empty()) {
        waiting_.front()->notify();
    }
}

}  // namespace freshet::schedule
