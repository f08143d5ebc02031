#include "freshet/observe/process.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

namespace freshet::observe {
namespace {

class ProcessTest : public testing::Test {
  protected:
    ProcessTest() {
        std::filesystem::create_directories(root_ / "self" / "fd");
        write("stat", "cpu 1 2 3\nbtime 1000\nprocesses 5\n");
    }
    ~ProcessTest() override { std::filesystem::remove_all(root_); }

    void write(const char* name, const std::string& text) { std::ofstream(root_ / name) << text; }

    std::filesystem::path root_ = std::filesystem::temp_directory_path() / ("freshet-proc-" + std::to_string(getpid()));
};

TEST_F(ProcessTest, ReadsFieldsBehindANameWithParentheses) {
    write("self/stat", "7 (a) (b c) R 1 2 3 4 5 6 7 8 9 10 200 300 0 0 0 0 1 0 500 4096 3 18446744073709551615 0\n");
    for (const auto* name : {"self/fd/0", "self/fd/1"}) {
        write(name, "");
    }
    const auto sample = read_process(root_);
    ASSERT_TRUE(sample);
    const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
    EXPECT_DOUBLE_EQ(sample->cpu_seconds, 500 / ticks);
    EXPECT_DOUBLE_EQ(sample->start_time_seconds, 1000 + 500 / ticks);
    EXPECT_DOUBLE_EQ(sample->virtual_bytes, 4096);
    EXPECT_DOUBLE_EQ(sample->resident_bytes, 3.0 * static_cast<double>(sysconf(_SC_PAGESIZE)));
    EXPECT_DOUBLE_EQ(sample->open_fds, 2);
    EXPECT_GT(sample->max_fds, 0);
}

TEST_F(ProcessTest, IsEmptyWhereTheFileIsMissingOrShort) {
    EXPECT_FALSE(read_process(root_ / "nowhere"));
    write("self/stat", "7 (a) R 1 2 3\n");
    EXPECT_FALSE(read_process(root_));
}

TEST_F(ProcessTest, ReadsThisProcess) {
    const auto sample = read_process();
    ASSERT_TRUE(sample);
    EXPECT_GT(sample->resident_bytes, 0);
    EXPECT_GE(sample->open_fds, 3);
}

}  // namespace
}  // namespace freshet::observe
