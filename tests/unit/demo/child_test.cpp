#include "freshet/demo/child.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <memory>

#include "freshet/demo/temporary_directory.hpp"
#include "support/run.hpp"

namespace freshet::demo {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct ChildTest : ::testing::Test {
    ChildOptions shell(const std::string& script) const {
        ChildOptions options;
        options.program = "/bin/sh";
        options.arguments = {"-c", script};
        options.directory = directory.path();
        options.output = directory.path() / "output";
        options.errors = directory.path() / "errors";
        return options;
    }
    // Runs it until it says so; returns with the child still alive.
    void wait_for_output(Child& child) const {
        while (child.running() && tail_of(directory.path() / "output").empty()) {
        }
    }

    TemporaryDirectory directory{"freshet-test-"};
    boost::asio::io_context context;
};

TEST_F(ChildTest, TellsTheExitCodeAndKeepsTheOutput) {
    Child child(context.get_executor(), shell("echo said; echo complained >&2; exit 7"));
    EXPECT_EQ(testing::run(context, [&] { return child.wait(); }), 7);
    EXPECT_EQ(tail_of(directory.path() / "output"), "\n  said");
    EXPECT_EQ(tail_of(directory.path() / "errors"), "\n  complained");
}

TEST_F(ChildTest, AProgramThatIsMissingExitsWith127) {
    ChildOptions options = shell("");
    options.program = directory.path() / "missing";
    Child child(context.get_executor(), options);
    EXPECT_EQ(testing::run(context, [&] { return child.wait(); }), 127);
}

TEST_F(ChildTest, IsStoppedWithItsOwner) {
    auto child = std::make_unique<Child>(
        context.get_executor(), shell("trap 'echo stopped >&2; exit' TERM; echo ready; while :; do sleep 0.01; done"));
    wait_for_output(*child);
    child.reset();
    EXPECT_EQ(tail_of(directory.path() / "errors"), "\n  stopped");
}

TEST_F(ChildTest, IsKilledWhenItDoesNotStop) {
    ChildOptions options = shell("trap '' TERM; echo ready; while :; do sleep 0.01; done");
    options.patience = std::chrono::milliseconds(20);
    Child child(context.get_executor(), options);
    wait_for_output(child);
    child.stop();
    EXPECT_EQ(testing::run(context, [&] { return child.wait(); }), 128 + SIGKILL);
}

TEST_F(ChildTest, LeadsAGroupOfItsOwn) {
    Child child(context.get_executor(), shell("test \"$(ps -o pgid= -p $$ | tr -d ' ')\" = $$"));
    EXPECT_EQ(testing::run(context, [&] { return child.wait(); }), 0);
}

TEST_F(ChildTest, TheTailIsTheLastLines) {
    const auto file = directory.path() / "log";
    {
        std::ofstream stream(file);
        for (int line = 1; line <= 20; ++line) stream << "line " << line << '\n';
    }
    EXPECT_THAT(tail_of(file), StartsWith("\n  line 6\n"));
    EXPECT_THAT(tail_of(file), HasSubstr("line 20"));
    EXPECT_THAT(tail_of(file), Not(HasSubstr("line 5\n")));
    EXPECT_EQ(tail_of(directory.path() / "none"), "");
}

}  // namespace
}  // namespace freshet::demo
