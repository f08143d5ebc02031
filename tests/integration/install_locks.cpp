// The locks that a plan tells of are those that install takes: another session holds something against each, and the
// server is asked what install waits for.
#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "freshet/install/locks.hpp"
#include "support/ledger.hpp"

namespace freshet::testing {
namespace {

using namespace std::chrono_literals;

class InstallLocks : public ::testing::Test {
  protected:
    // What the plan says of `relation`, as pg_locks writes modes.
    std::vector<std::string> planned(const std::string& relation) {
        std::vector<std::string> modes;
        for (const auto& lock : install::locks_of(ledger.engine.plan())) {
            if (lock.relation == "public." + relation) modes.push_back(as_in_pg_locks(lock.mode));
        }
        return modes;
    }

    // Installs while another session's transaction has run `statement`; the lock that install waits for, empty if it
    // gets through.
    std::string waits_for(const std::string& relation, const std::string& statement) {
        Client other(ledger.database.conninfo());
        other.exec("BEGIN; " + statement);
        auto installed = std::async(std::launch::async, [this] { ledger.engine.install(); });
        std::string mode;
        while (mode.empty() && installed.wait_for(5ms) != std::future_status::ready) mode = awaited(relation);
        other.exec("COMMIT");
        installed.get();
        return mode;
    }

    Ledger ledger;

  private:
    static std::string as_in_pg_locks(const std::string& mode) {
        std::string text;
        bool first = true;
        for (const char c : mode) {
            if (c != ' ') text += first ? c : static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            first = c == ' ';
        }
        return text + "Lock";
    }

    std::string awaited(const std::string& relation) {
        return ledger.client.scalar(
            "SELECT coalesce(max(mode), '') FROM pg_locks WHERE NOT granted AND relation = $1::regclass", {relation});
    }
};

bool contains(const std::vector<std::string>& modes, const std::string& mode) {
    return std::find(modes.begin(), modes.end(), mode) != modes.end();
}

TEST_F(InstallLocks, OfTriggersWaitForWritersAlone) {
    const auto modes = planned("entry");
    EXPECT_EQ(waits_for("entry", "SELECT FROM entry"), "");
    ledger.engine.uninstall({});
    const auto mode = waits_for("entry", "UPDATE entry SET amount = 1 WHERE id = 1");
    EXPECT_EQ(mode, "ShareRowExclusiveLock");
    EXPECT_TRUE(contains(modes, mode));
}

TEST_F(InstallLocks, OfAViewThatTakesItsPlaceWaitForItsReaders) {
    ledger.engine.install();
    ledger.engine.settings.views.front().query += " HAVING count(*) > 1";
    const auto modes = planned("report");
    const auto mode = waits_for("report", "SELECT FROM report");
    EXPECT_EQ(mode, "AccessExclusiveLock");
    EXPECT_TRUE(contains(modes, mode));
}

TEST_F(InstallLocks, OfARemovedCaptureWaitForReadersToo) {
    ledger.engine.install();
    ledger.engine.settings.views.clear();
    const auto modes = planned("entry");
    const auto mode = waits_for("entry", "SELECT FROM entry");
    EXPECT_EQ(mode, "AccessExclusiveLock");
    EXPECT_TRUE(contains(modes, mode));
}

// A transaction that merely keeps the table from being altered holds nothing up while the view is built.
TEST_F(InstallLocks, OfABuildAreThoseOfAReader) {
    EXPECT_TRUE(contains(planned("entry"), "AccessShareLock"));
    ledger.engine.install();
    ledger.engine.add_view("second", Ledger::query);
    EXPECT_EQ(planned("entry"), std::vector<std::string>{"AccessShareLock"});
    EXPECT_EQ(waits_for("entry", "UPDATE entry SET amount = 1 WHERE id = 1"), "");
    ledger.fold();
    EXPECT_EQ(ledger.wrong(), exact);
}

}  // namespace
}  // namespace freshet::testing
