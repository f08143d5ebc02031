// Owns coroutines: starts them, cancels them, waits for their end. No coroutine without a group.
//
// Not thread-safe; lives on its executor. join() before the group, and what its tasks refer to, goes out of scope; a
// group destroyed with tasks still running cancels them, but cannot wait for them.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace freshet::async {

class TaskGroup {
  public:
    // Called with the name and the exception of a task that failed, on the group's executor. Being cancelled is no
    // failure. Must not throw.
    using FailureHandler = std::function<void(std::string_view name, std::exception_ptr error)>;

    TaskGroup(boost::asio::any_io_executor executor, FailureHandler on_failure);
    ~TaskGroup();
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;

    // Starts `task`. After cancel_all() it is dropped unstarted, so that a drain ends.
    void spawn(boost::asio::awaitable<void> task, std::string name);
    // Cancels every task at its next wait. For good: the group starts nothing any more.
    void cancel_all();
    // Returns when no task is left.
    boost::asio::awaitable<void> join();

    std::size_t size() const noexcept;
    // The names of the tasks still running, for the log of a drain that takes too long.
    std::vector<std::string> running() const;

  private:
    struct State;
    // Shared with the completion handlers, which the io_context may hold longer than the group lives.
    std::shared_ptr<State> state_;
};

}  // namespace freshet::async
