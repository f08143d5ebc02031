// One thread for calls that block (PQcancel, DNS), so that the I/O thread never does.
//
// Calls run one after another in the order given. Awaiting a call cannot be cancelled half-way: what the call refers to
// stays alive until it returns. The destructor waits for the call under way and forgets those that have not begun.
// Destroy an Offload before the io_contexts it returns to: its thread may touch them until then.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <optional>
#include <utility>

namespace freshet::async {

class Offload {
  public:
    Offload();
    ~Offload();
    Offload(const Offload&) = delete;
    Offload& operator=(const Offload&) = delete;

    // Runs `call` on the thread and returns its value, or throws what it threw, on the caller's executor.
    template <typename T>
    boost::asio::awaitable<T> run(std::function<T()> call) {
        std::optional<T> value;
        co_await run(std::function<void()>([&value, &call] { value.emplace(call()); }));
        co_return std::move(*value);
    }
    boost::asio::awaitable<void> run(std::function<void()> call);

    // Runs `call` on the thread some time; nobody learns how it ended. `call` must not throw.
    void post(std::function<void()> call);

    // Waits for the call under way, forgets the others, and takes no more.
    void stop();

  private:
    std::optional<boost::asio::thread_pool> pool_;  // empty once stopped
};

// The Offload that belongs to the executor's io_context: made on first use, destroyed with the context.
Offload& offload_of(const boost::asio::any_io_executor& executor);

}  // namespace freshet::async
