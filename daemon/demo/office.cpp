#include "freshet/demo/office.hpp"

#include <random>
#include <utility>

#include "freshet/async/sleep.hpp"
#include "freshet/sql/texts.hpp"

namespace freshet::demo {

namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;

// Between two transactions of one writer: two of them make about a hundred a second.
constexpr std::uint64_t shortest_pause_ms = 4;
constexpr std::uint64_t longest_pause_ms = 24;
constexpr milliseconds coffee_break{1500};

milliseconds draw_pause(std::mt19937_64& random) {
    return milliseconds(shortest_pause_ms + random() % (longest_pause_ms - shortest_pause_ms + 1));
}

std::string statement_of(const Action& action) {
    return std::string(sql::text("triggers/queries/demo/" + std::string(action.statement) + ".sql"));
}

// Seeds stay small enough for the statements to derive more of them without leaving bigint.
pg::Params seed_parameter(std::uint64_t seed) {
    constexpr unsigned shift = 24;
    return pg::params(std::to_string(seed >> shift));
}

}  // namespace

Office::Office(asio::any_io_executor executor, pg::ConnectOptions session, async::TaskGroup::FailureHandler on_failure)
    : executor_(executor), session_(std::move(session)), writers_(std::move(executor), std::move(on_failure)) {}

void Office::open(int writers) {
    for (int number = 1; number <= writers; ++number) {
        writers_.spawn(write(static_cast<std::uint64_t>(number)), "writer " + std::to_string(number));
    }
}

asio::awaitable<void> Office::write(std::uint64_t seed) {
    std::mt19937_64 random(seed);
    auto connection = co_await pg::Connection::open(executor_, session_);
    while (open_) {
        // A transaction that lost a race takes its session along.
        if (!connection->alive()) connection = co_await pg::Connection::open(executor_, session_);
        const std::size_t index = choose_action(static_cast<unsigned>(random() % total_weight));
        bool lost_a_race = false;
        try {
            co_await act(connection.get(), index, random());
        } catch (const pg::Error& error) {
            if (!error.retryable() || error.connection_lost()) throw;
            lost_a_race = true;
        }
        if (lost_a_race) ++ledger_.retried;
        co_await async::sleep_for(draw_pause(random));
    }
}

asio::awaitable<void> Office::act(pg::Connection* connection, std::size_t index, std::uint64_t seed) {
    const Action& action = actions()[index];
    if (action.ending != Ending::commit) {
        co_await act_with_ending(connection, index, seed);
        co_return;
    }
    const pg::Result result = co_await connection->prepared(statement_of(action), seed_parameter(seed));
    record(index, result.affected());
}

asio::awaitable<void> Office::act_with_ending(pg::Connection* connection, std::size_t index, std::uint64_t seed) {
    const Action& action = actions()[index];
    pg::Transaction transaction = co_await pg::Transaction::begin(*connection, pg::Isolation::read_committed);
    const pg::Result result = co_await connection->prepared(statement_of(action), seed_parameter(seed));
    if (action.ending == Ending::roll_back) {
        co_await transaction.rollback();
    } else {
        co_await async::sleep_for(coffee_break);
        co_await transaction.commit();
    }
    record(index, result.affected());
}

void Office::record(std::size_t index, std::int64_t rows) {
    ++ledger_.by_action[index].transactions;
    ledger_.by_action[index].rows += static_cast<std::uint64_t>(rows);
}

}  // namespace freshet::demo
