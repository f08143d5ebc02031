#include "freshet/schedule/worker_pool.hpp"

#include <algorithm>
#include <utility>

namespace freshet::schedule {

namespace {

constexpr core::Backoff::Limits reconnect_limits{std::chrono::milliseconds{100}, std::chrono::milliseconds{10'000}};

// Takes a waiter out of the queue however its wait ends.
class Queued {
  public:
    Queued(std::deque<async::Event*>& queue, async::Event& event) : queue_(queue), event_(event) {
        queue_.push_back(&event_);
    }
    ~Queued() { std::erase(queue_, &event_); }
    Queued(const Queued&) = delete;
    Queued& operator=(const Queued&) = delete;

  private:
    std::deque<async::Event*>& queue_;
    async::Event& event_;
};

}  // namespace

WorkerPool::Lease::Lease(Lease&& other) noexcept
    : pool_(other.pool_), link_(std::exchange(other.link_, nullptr)), user_(other.user_) {}

WorkerPool::Lease::~Lease() {
    if (link_ != nullptr) {
        pool_->give_back({link_, user_});
    }
}

WorkerPool::WorkerPool(asio::any_io_executor executor, const pg::ConnectOptions& options, int workers,
                       pg::Link::OnChange on_change)
    : executor_(std::move(executor)) {
    for (int i = 0; i < workers; ++i) {
        links_.push_back(std::make_unique<pg::Link>(executor_, options, core::Backoff(reconnect_limits), on_change));
        free_.push_back({links_.back().get(), 0});
    }
}

asio::awaitable<WorkerPool::Lease> WorkerPool::lease(int user) {
    while (free_.empty()) {
        async::Event returned(executor_);
        const Queued place(waiting_, returned);
        co_await returned.wait();
    }
    // Else the one that nobody has asked for longest.
    const auto mine = std::find_if(free_.begin(), free_.end(), [user](const Free& one) { return one.user == user; });
    const auto chosen = mine == free_.end() ? free_.begin() : mine;
    auto* link = chosen->link;
    free_.erase(chosen);
    co_return Lease(*this, *link, user);
}

void WorkerPool::give_back(Free session) noexcept {
    free_.push_back(session);
    if (!waiting_.empty()) {
        waiting_.front()->notify();
    }
}

}  // namespace freshet::schedule
