// The product's promise, as a test: whatever is written, and however often the daemon is killed, the reports equal
// their queries. FRESHET_SEED=n repeats a run's random numbers (not its timing), FRESHET_FIRE_SECONDS=n makes it
// longer.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <random>
#include <set>

#include "support/cluster.hpp"
#include "support/eventually.hpp"
#include "support/freshetd.hpp"
#include "support/office.hpp"
#include "writers.hpp"

namespace freshet::testing {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;
using ::testing::IsEmpty;

std::uint64_t from_environment(const char* name, std::uint64_t otherwise) {
    const char* const value = std::getenv(name);
    return value == nullptr ? otherwise : std::stoull(value);
}

// A small rotation size: the log's tables change places under fire.
constexpr const char* daemon_section =
    R"("workers": 3, "notify": "armed", "poll_interval": "500ms", "log_rotate_bytes": 8192)";

struct OfficeUnderFire : ::testing::Test {
    void SetUp() override {
        create_office(client, "0.05");
        freshetd.must({"install"});
    }
    // The check: by report, the rows by which it differs from its query.
    std::vector<std::string> differences() {
        std::vector<std::string> all;
        for (const Report& report : office_reports()) {
            for (const std::string& row : office_differences(client, report)) all.push_back(report.name + ": " + row);
        }
        return all;
    }
    // Waits, lets the daemon run meanwhile, and notes which of the log's two slots writers use.
    void burn(milliseconds time) {
        const auto end = Clock::now() + time;
        eventually(
            [&] {
                slots.insert(client.scalar("SELECT last_value & 1 FROM freshet.doorbell"));
                return Clock::now() >= end;
            },
            time);
    }
    void kill_and_start_again() {
        freshetd.kill();
        freshetd.start();
    }
    void wait_until_caught_up() {
        for (const Report& report : office_reports()) {
            EXPECT_EQ(freshetd.command({"wait", report.name, "--timeout", "60s"}).code, 0) << freshetd.log();
        }
        EXPECT_TRUE(eventually([&] { return caught_up(client); }, seconds(60))) << freshetd.log();
    }

    Database database;
    Client client{database.conninfo()};
    Freshetd freshetd{FRESHETD_BINARY, office_configuration(database.conninfo(), daemon_section)};
    std::set<std::string> slots;
};

TEST_F(OfficeUnderFire, NothingIsLostOrDoubledThroughThreeKills) {
    const auto seed = from_environment("FRESHET_SEED", std::random_device{}());
    const auto fire = milliseconds(1000 * from_environment("FRESHET_FIRE_SECONDS", 20));
    std::cout << "FRESHET_SEED=" << seed << '\n';
    std::mt19937_64 random(seed);
    Writers writers(database.conninfo(), seed * 10'000);
    freshetd.start();
    writers.start(4);
    const auto end = Clock::now() + fire;
    for (int kills = 0; kills < 3; ++kills) {
        // At random, so that it hits any moment of a refresh.
        burn(fire / 8 + milliseconds(std::uniform_int_distribution<std::int64_t>(0, fire.count() / 8)(random)));
        kill_and_start_again();
    }
    const Finished proof = freshetd.command({"verify"});
    EXPECT_EQ(proof.code, 0) << "while being written to:\n" << proof.output << proof.errors;
    burn(std::max(fire / 8, std::chrono::duration_cast<milliseconds>(end - Clock::now())));
    writers.stop();
    wait_until_caught_up();

    EXPECT_THAT(differences(), IsEmpty());
    const Finished at_rest = freshetd.command({"verify"});
    EXPECT_EQ(at_rest.code, 0) << at_rest.output << at_rest.errors;
    EXPECT_EQ(freshetd.terminate(), 0);
    EXPECT_THAT(differences(), IsEmpty());

    for (const auto& [what, times] : writers.done()) std::cout << what << ' ' << times << ", ";
    std::cout << '\n';
    EXPECT_THAT(writers.complaints(), IsEmpty());
    EXPECT_EQ(slots.size(), 2U) << "the log was never rotated";
    EXPECT_EQ(client.scalar("SELECT count(DISTINCT view_name) FROM freshet.refresh_log WHERE strategy = 'delta' AND "
                            "refresh_status = 'success' AND refresh_count > 1"),
              "3");
    for (const char* deed : {"insert", "update", "delete", "cascade", "bulk", "on conflict", "merge", "copy",
                             "savepoints", "two phases", "long transaction"}) {
        EXPECT_GT(writers.done()[deed], 0) << deed;
    }
}

// The check can fail: one statement that capture does not see, and the same function finds it.
struct Breach {
    const char* name;
    const char* statement;
};

class CaptureBrokenOnPurpose : public OfficeUnderFire, public ::testing::WithParamInterface<Breach> {};

TEST_P(CaptureBrokenOnPurpose, IsFoundByTheSameCheck) {
    const Breach breach = GetParam();
    EXPECT_THAT(differences(), IsEmpty());
    client.exec(breach.statement);  // seen
    freshetd.must({"verify"});      // folds what is pending, too
    EXPECT_THAT(differences(), IsEmpty());
    // A trigger that was disabled for a while would be noticed before anything is compared.
    client.exec("SET session_replication_role = replica");
    client.exec(breach.statement);  // not seen
    client.exec("RESET session_replication_role");
    EXPECT_EQ(freshetd.command({"verify"}).code, 1);
    EXPECT_FALSE(differences().empty());
    freshetd.must({"refresh"});
    EXPECT_THAT(differences(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Each, CaptureBrokenOnPurpose,
    ::testing::Values(
        Breach{"projects_time_entries_insert",
               "INSERT INTO projects_time_entries (project_id, user_id, date, hours, hourly_rate, approved) "
               "SELECT min(id), 3, date '2026-10-05', 2, 90, true FROM projects_projects"},
        Breach{"projects_time_entries_update",
               "UPDATE projects_time_entries SET hours = hours + 1 WHERE approved AND date > date '2026-06-01'"},
        Breach{"projects_projects_update", "UPDATE projects_projects SET name = name || '!'"},
        Breach{
            "finance_invoices_delete",
            "DELETE FROM finance_invoices WHERE id = (SELECT max(id) FROM finance_invoices WHERE status = 'paid' AND "
            "project_id IS NOT NULL)"}),
    [](const auto& breach) { return breach.param.name; });

}  // namespace
}  // namespace freshet::testing
