#include "freshet/pg/cancel.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <memory>
#include <utility>

#include "freshet/async/event.hpp"
#include "freshet/async/offload.hpp"

namespace freshet::pg {

namespace asio = boost::asio;

namespace {

// Shared by the waiting coroutine and the call on the offload thread: either may be the last to let go.
struct Delivery {
    Delivery(const asio::any_io_executor& executor, CancelHandle handle)
        : cancel(std::move(handle)), answered(executor) {}

    CancelHandle cancel;
    async::Event answered;
    bool delivered = false;
};

bool request(const CancelHandle& cancel) {
    std::array<char, 256> message{};
    return PQcancel(cancel.get(), message.data(), static_cast<int>(message.size())) == 1;
}

}  // namespace

asio::awaitable<bool> deliver_cancel(asio::any_io_executor executor, CancelHandle cancel,
                                     std::chrono::milliseconds limit) {
    if (!cancel) co_return false;
    const auto delivery = std::make_shared<Delivery>(executor, std::move(cancel));
    auto home = asio::prefer(executor, asio::execution::outstanding_work.tracked);
    async::offload_of(executor).post([delivery, home] {
        const bool delivered = request(delivery->cancel);
        asio::post(home, [delivery, delivered] {
            delivery->delivered = delivered;
            delivery->answered.notify();
        });
    });
    co_await delivery->answered.wait_for(limit);
    co_return delivery->delivered;
}

void post_cancel(const asio::any_io_executor& executor, CancelHandle cancel) {
    if (!cancel) return;
    // std::function copies, so the handle is shared; only the call holds it.
    async::offload_of(executor).post([held = std::shared_ptr<PGcancel>(std::move(cancel))] {
        std::array<char, 256> message{};
        PQcancel(held.get(), message.data(), static_cast<int>(message.size()));
    });
}

}  // namespace freshet::pg
