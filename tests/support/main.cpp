// main() of the integration tests: stops the shared cluster after the last test.
#include <gtest/gtest.h>

#include <csignal>

#include "support/cluster.hpp"

namespace {

class ClusterEnvironment : public ::testing::Environment {
  public:
    void TearDown() override { freshet::testing::stop_shared_cluster(); }
};

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);  // NOLINT(bugprone-unused-return-value): a cut connection is an error, not an end
    ::testing::InitGoogleTest(&argc, argv);
    ::testing::AddGlobalTestEnvironment(new ClusterEnvironment);  // gtest owns it
    return RUN_ALL_TESTS();
}
