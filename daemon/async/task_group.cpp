#include "freshet/async/task_group.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <list>
#include <utility>

#include "freshet/async/cancelled.hpp"
#include "freshet/async/event.hpp"

namespace freshet::async {

namespace asio = boost::asio;

struct TaskGroup::State {
    struct Task {
        std::string name;
        asio::cancellation_signal cancel;
    };

    State(asio::any_io_executor on, FailureHandler handler)
        : executor(on), on_failure(std::move(handler)), ended(std::move(on)) {}

    void finished(std::list<Task>::iterator task, std::exception_ptr error) {
        const std::string name = std::move(task->name);
        tasks.erase(task);
        if (error && !(cancelled && is_cancelled(error))) on_failure(name, error);
        ended.notify();
    }

    asio::any_io_executor executor;
    FailureHandler on_failure;
    Event ended;
    std::list<Task> tasks;  // a list: the tasks' cancellation slots need stable addresses
    bool cancelled = false;
};

TaskGroup::TaskGroup(asio::any_io_executor executor, FailureHandler on_failure)
    : state_(std::make_shared<State>(std::move(executor), std::move(on_failure))) {}

TaskGroup::~TaskGroup() {
    cancel_all();
}

void TaskGroup::spawn(asio::awaitable<void> task, std::string name) {
    if (state_->cancelled) return;
    state_->tasks.emplace_back();
    const auto entry = std::prev(state_->tasks.end());
    entry->name = std::move(name);
    asio::co_spawn(
        state_->executor, std::move(task),
        asio::bind_cancellation_slot(entry->cancel.slot(), [state = state_, entry](const std::exception_ptr& error) {
            state->finished(entry, error);
        }));
}

void TaskGroup::cancel_all() {
    state_->cancelled = true;
    // Emitting may end a task at once and erase it from the list.
    for (auto next = state_->tasks.begin(); next != state_->tasks.end();) {
        const auto task = next++;
        task->cancel.emit(asio::cancellation_type::terminal);
    }
}

asio::awaitable<void> TaskGroup::join() {
    // The state, not the group: join() may be the last to be resumed.
    const std::shared_ptr<State> state = state_;
    while (!state->tasks.empty()) co_await state->ended.wait();
}

std::size_t TaskGroup::size() const noexcept {
    return state_->tasks.size();
}

std::vector<std::string> TaskGroup::running() const {
    std::vector<std::string> names;
    for (const State::Task& task : state_->tasks) names.push_back(task.name);
    return names;
}

}  // namespace freshet::async
