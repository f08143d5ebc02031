#include "freshet/async/offload.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/prefer.hpp>
#include <boost/asio/query.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <stdexcept>

namespace freshet::async {

namespace asio = boost::asio;

namespace {

std::exception_ptr outcome_of(const std::function<void()>& call) {
    try {
        call();
        return nullptr;
    } catch (...) {
        return std::current_exception();
    }
}

// Ties one Offload to the life of an io_context, without a global.
class OffloadService : public asio::execution_context::service {
  public:
    using key_type = OffloadService;
    inline static asio::execution_context::id id;

    explicit OffloadService(asio::execution_context& context)
        : service(context), offload_(std::make_unique<Offload>()) {}

    Offload& offload() { return *offload_; }

  private:
    // Stopped, not destroyed: coroutines destroyed after this may still post a last call, which is then forgotten.
    void shutdown() override { offload_->stop(); }

    std::unique_ptr<Offload> offload_;
};

}  // namespace

Offload::Offload() {
    pool_.emplace(1);
}

Offload::~Offload() {
    stop();
}

void Offload::stop() {
    if (!pool_) return;
    pool_->stop();
    pool_->join();
    pool_.reset();
}

asio::awaitable<void> Offload::run(std::function<void()> call) {
    if (!pool_) throw std::logic_error("a call was offloaded to a stopped thread");
    co_await asio::async_initiate<const asio::use_awaitable_t<>, void(std::exception_ptr)>(
        [this](auto handler, std::function<void()> job) {
            // Tracked: the caller's io_context must not run out of work while the thread is busy for it.
            auto home = asio::prefer(asio::get_associated_executor(handler), asio::execution::outstanding_work.tracked);
            asio::post(*pool_, [home, job = std::move(job), handler = std::move(handler)]() mutable {
                std::exception_ptr error = outcome_of(job);
                asio::post(home, [handler = std::move(handler), error]() mutable { std::move(handler)(error); });
            });
        },
        asio::use_awaitable, std::move(call));
}

void Offload::post(std::function<void()> call) {
    if (pool_) asio::post(*pool_, std::move(call));
}

Offload& offload_of(const asio::any_io_executor& executor) {
    return asio::use_service<OffloadService>(asio::query(executor, asio::execution::context)).offload();
}

}  // namespace freshet::async
