// A session that comes back: connects, and connects again after a loss, with capped and jittered pauses.
//
// Owned by one coroutine and as little thread-safe as the Connection in it. It repeats no statement: what was under way
// when the session was lost is its user's to repeat.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>

#include "freshet/core/backoff.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::pg {

enum class LinkState { connecting, connected, waiting };

struct LinkChange {
    LinkState state;
    const Error* error = nullptr;     // why the last try failed; only while waiting
    core::Backoff::Duration pause{};  // until the next try; only while waiting
};

class Link {
  public:
    // Called at each change, so that the owner can log and measure it. Must not throw.
    using OnChange = std::function<void(const LinkChange&)>;

    Link(asio::any_io_executor executor, ConnectOptions options, core::Backoff backoff, OnChange on_change);

    // The session, connected; never null. Tries until it succeeds or the coroutine is cancelled. A failure that another
    // try cannot cure, such as a malformed conninfo, is thrown. The pointer is good until drop() or the next get().
    asio::awaitable<Connection*> get();
    // Closes the session, after it was lost or when it should begin afresh.
    void drop() noexcept { connection_.reset(); }
    // The session if there is one and it is alive, else null.
    Connection* current() noexcept;

  private:
    asio::awaitable<bool> try_once();
    asio::awaitable<void> pause(const Error* error);

    asio::any_io_executor executor_;
    ConnectOptions options_;
    core::Backoff backoff_;
    OnChange on_change_;
    std::unique_ptr<Connection> connection_;
    std::chrono::steady_clock::time_point connected_at_{};
    bool had_session_ = false;
};

}  // namespace freshet::pg
