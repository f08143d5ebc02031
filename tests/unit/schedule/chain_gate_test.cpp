#include "freshet/schedule/chain_gate.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <string>

#include "freshet/async/event.hpp"

namespace freshet::schedule {
namespace {

struct Visit {
    char name;
    async::Event& leave;
};

asio::awaitable<void> visit(ChainGate& gate, Visit visit, std::string& story) {
    story += visit.name;
    const auto pass = co_await gate.enter();
    story += '(';
    co_await visit.leave.wait();
    story += ')';
}

TEST(ChainGate, LetsOneInAfterTheOtherInTheOrderTheyCame) {
    asio::io_context context;
    ChainGate gate(context.get_executor());
    async::Event one(context.get_executor());
    async::Event two(context.get_executor());
    async::Event three(context.get_executor());
    std::string story;
    asio::co_spawn(context, visit(gate, {'1', one}, story), asio::detached);
    asio::co_spawn(context, visit(gate, {'2', two}, story), asio::detached);
    asio::co_spawn(context, visit(gate, {'3', three}, story), asio::detached);
    context.poll();
    EXPECT_EQ(story, "1(23");
    two.notify();
    context.poll();
    EXPECT_EQ(story, "1(23");
    one.notify();
    context.poll();
    EXPECT_EQ(story, "1(23)()(");
    three.notify();
    context.poll();
    EXPECT_EQ(story, "1(23)()()");
}

}  // namespace
}  // namespace freshet::schedule
