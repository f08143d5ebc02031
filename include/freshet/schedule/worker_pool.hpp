// A few sessions that refresh views at the same time. A view that wants one waits its turn.
//
// Not thread-safe; lives on its executor. A lease gives its session back when it goes.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "freshet/async/event.hpp"
#include "freshet/pg/link.hpp"

namespace freshet::schedule {

namespace asio = boost::asio;

class WorkerPool {
  public:
    class Lease {
      public:
        Lease(WorkerPool& pool, pg::Link& link, int user) : pool_(&pool), link_(&link), user_(user) {}
        Lease(Lease&& other) noexcept;
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;
        Lease& operator=(Lease&&) = delete;

        pg::Link& link() const noexcept { return *link_; }

      private:
        WorkerPool* pool_;
        pg::Link* link_;
        int user_;
    };

    WorkerPool(asio::any_io_executor executor, const pg::ConnectOptions& options, int workers,
               pg::Link::OnChange on_change);

    // The session that `user` had last, if it is free: the server has made its plans there.
    asio::awaitable<Lease> lease(int user);

  private:
    struct Free {
        pg::Link* link;
        int user;  // who had it last; 0: nobody
    };
    void give_back(Free session) noexcept;

    asio::any_io_executor executor_;
    std::vector<std::unique_ptr<pg::Link>> links_;
    std::vector<Free> free_;
    std::deque<async::Event*> waiting_;  // each lives in the frame of the coroutine that waits on it
};

}  // namespace freshet::schedule
