#include "freshet/settings/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "freshet/core/duration.hpp"
#include "freshet/core/error.hpp"
#include "freshet/settings/keys.hpp"

namespace freshet::settings {
namespace {

using namespace std::chrono_literals;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;

std::string fake_file(const std::filesystem::path& path) {
    if (path == "/etc/freshet/views/a.sql") {
        return "SELECT 1\n;\n";
    }
    if (path == "/etc/freshet/empty.sql") {
        return " ;\n";
    }
    throw core::Error("No such file or directory");
}

Settings parsed(std::string_view text) {
    return parse(text, "/etc/freshet/freshet.json", fake_file);
}

std::vector<core::Fault> faults_of(std::string_view text) {
    try {
        parsed(text);
    } catch (const core::Faults& faults) {
        return faults.faults();
    }
    return {};
}

// The one fault of a configuration with one view "v" of these keys; the view's key is at 1:12.
core::Fault view_fault(const std::string& keys) {
    const auto faults = faults_of(R"({"views": {"v": {)" + keys + "}}}");
    return faults.size() == 1 ? faults[0] : core::Fault{"", 0, 0, std::to_string(faults.size()) + " faults", ""};
}

auto fault(int line, int column, const std::string& message, const std::string& hint) {
    return AllOf(Field("line", &core::Fault::line, line), Field("column", &core::Fault::column, column),
                 Field("message", &core::Fault::message, HasSubstr(message)),
                 Field("hint", &core::Fault::hint, HasSubstr(hint)));
}

const std::string query = R"("sql": "SELECT 1")";

TEST(Load, AnEmptyConfigurationHasTheDefaultsOfTheTable) {
    const auto settings = parsed("{}");
    const auto table = keys();
    const auto text = [&](const char* path) { return find_key(table, path)->fallback; };
    const auto time = [&](const char* path) { return core::parse_duration(text(path)); };
    EXPECT_EQ(settings.file, "/etc/freshet/freshet.json");
    EXPECT_EQ(std::to_string(settings.daemon.workers), text("daemon.workers"));
    EXPECT_EQ(settings.daemon.poll_interval, time("daemon.poll_interval"));
    EXPECT_EQ(settings.daemon.refresh_log_keep, time("daemon.refresh_log_keep"));
    EXPECT_EQ(settings.http.host + ":" + std::to_string(settings.http.port), text("http.listen"));
    EXPECT_EQ(settings.log.format, text("log.format"));
    EXPECT_EQ(ViewSettings{}.debounce, time("views.*.debounce"));
    EXPECT_EQ(ViewSettings{}.staleness_slo, time("views.*.staleness_slo"));
    EXPECT_EQ(ViewSettings{}.verify, time("views.*.verify"));
    EXPECT_EQ(settings.daemon.notify, NotifyMode::armed);
    EXPECT_TRUE(settings.http.enabled);
    EXPECT_TRUE(settings.events.empty());
    EXPECT_TRUE(settings.views.empty());
}

TEST(Load, ReadsEveryKey) {
    const auto settings = parsed(R"({
  "$schema": "freshet.schema.json",
  "database": {"conninfo": "service=reports"},
  "daemon": {"workers": 2, "notify": "never", "poll_interval": "5s", "statement_timeout": "1h", "lock_timeout": "1s",
             "shutdown_grace": "0s", "refresh_log_keep": "48h", "log_rotate_bytes": 8192},
  "http": {"listen": "[::1]:0"},
  "log": {"format": "json", "level": "debug"},
  "events": {"z_paid": {"table": "finance.invoices", "when": "status = 'paid'"}, "a": {"table": "t", "when": "x"}},
  "views": {
    "z": {"query": "views/a.sql", "strategy": "delta", "debounce": "100ms", "max_delay": "3s", "timezone": "Asia/Tokyo",
          "tenant": "firm_id", "retention": {"column": "week", "keep": "3 years"},
          "reconcile": {"at": "02:00", "timezone": {"query": "SELECT id, timezone FROM firms"}},
          "indexes": [["firm_id", "week DESC"], ["week"]], "staleness_slo": "90s",
          "verify": "0s"},
    "reports.mv": {"strategy": "concurrent", "reconcile": {"at": "23:30"}}
  }
})");
    EXPECT_EQ(settings.database.conninfo, "service=reports");
    EXPECT_EQ(settings.daemon.workers, 2);
    EXPECT_EQ(settings.daemon.notify, NotifyMode::never);
    EXPECT_EQ(settings.daemon.poll_interval, 5s);
    EXPECT_EQ(settings.daemon.statement_timeout, 1h);
    EXPECT_EQ(settings.daemon.lock_timeout, 1s);
    EXPECT_EQ(settings.daemon.shutdown_grace, 0s);
    EXPECT_EQ(settings.daemon.refresh_log_keep, 48h);
    EXPECT_EQ(settings.daemon.log_rotate_bytes, 8192);
    EXPECT_EQ(settings.http.host, "::1");
    EXPECT_EQ(settings.http.port, 0);
    EXPECT_EQ(settings.log.format, "json");
    EXPECT_EQ(settings.log.level, "debug");
    ASSERT_EQ(settings.events.size(), 2U);
    EXPECT_EQ(settings.events[0].name, "z_paid");
    EXPECT_EQ(settings.events[0].table, "finance.invoices");
    EXPECT_EQ(settings.events[0].when, "status = 'paid'");
    ASSERT_EQ(settings.views.size(), 2U);

    const auto& view = settings.views[0];
    EXPECT_EQ(view.name, "z");
    EXPECT_EQ(view.query, "SELECT 1");
    EXPECT_EQ(view.query_file, "/etc/freshet/views/a.sql");
    EXPECT_EQ(view.strategy, StrategyChoice::delta);
    EXPECT_EQ(view.debounce, 100ms);
    EXPECT_EQ(view.max_delay, 3s);
    EXPECT_EQ(view.timezone, "Asia/Tokyo");
    EXPECT_EQ(view.tenant, "firm_id");
    EXPECT_EQ(view.retention->column, "week");
    EXPECT_EQ(view.retention->keep, "3 years");
    EXPECT_EQ(view.reconcile->at, "02:00");
    EXPECT_EQ(view.reconcile->timezone, "");
    EXPECT_EQ(view.reconcile->timezone_query, "SELECT id, timezone FROM firms");
    EXPECT_THAT(view.indexes, ElementsAre(ElementsAre("firm_id", "week DESC"), ElementsAre("week")));
    EXPECT_EQ(view.staleness_slo, 90s);
    EXPECT_EQ(view.verify, 0s);
    EXPECT_EQ(view.line, 10);
    EXPECT_EQ(view.column, 5);

    EXPECT_EQ(settings.views[1].strategy, StrategyChoice::concurrent);
    EXPECT_EQ(settings.views[1].query, "");
    EXPECT_EQ(settings.views[1].reconcile->timezone, "UTC");
}

TEST(Load, ReportsEveryFaultAtOnceInOrder) {
    const auto faults = faults_of(R"({
  "daemon": { "workers": 0, "notfy": "armed", "poll_interval": "5 min" },
  "http": { "listen": "localhost" },
  "events": { "paid": { "table": "invoices" } },
  "views": {
    "x": { "query": "views/none.sql", "debounce": "5s" },
    "public.x": { "sql": "SELECT 1", "reconcile": { "at": "2:00" } }
  },
  "log": { "level": 3, "level": "info" }
})");
    EXPECT_THAT(
        faults,
        ElementsAre(
            fault(2, 26, "daemon.workers is 0", "choose from 1 to 64"),
            fault(2, 29, "unknown key \"notfy\" in daemon", "did you mean \"notify\"?"),
            fault(2, 64, "daemon.poll_interval has a bad value: \"5 min\" is not a duration", "\"200ms\""),
            fault(3, 23, "http.listen is not an address to listen on: \"localhost\"", "127.0.0.1:9632"),
            fault(4, 15, "events.paid has no \"when\"", "predicate"),
            fault(6, 21, "views.x.query cannot be read from /etc/freshet/views/none.sql: No such file",
                  "relative to the configuration file"),
            fault(6, 51, "max_delay is 2s, debounce is 5s", "cannot be shorter"),
            fault(7, 5, "views.public.x is defined twice", "same view as \"x\" on line 6"),
            fault(7, 59, "views.public.x.reconcile.at is not a time of day: \"2:00\"", "HH:MM"),
            fault(9, 21, "log.level must be \"debug\", \"info\", \"warning\" or \"error\", not a whole number", ""),
            fault(9, 24, "log.level is given twice", "line 9")));
    EXPECT_EQ(faults.at(0).file, "/etc/freshet/freshet.json");
}

TEST(Load, AKeyWithDotsIsNotAPath) {
    EXPECT_THAT(faults_of(R"({"daemon.workers": 2})"), ElementsAre(fault(1, 2, "unknown key \"daemon.workers\"", "")));
}

TEST(Load, WantsAnObject) {
    EXPECT_THAT(faults_of("[]"), ElementsAre(fault(1, 1, "must be an object, not an array", "{")));
    EXPECT_THAT(faults_of(R"({"views": []})"), ElementsAre(fault(1, 11, "views must be an object", "")));
    EXPECT_THAT(faults_of(R"({"views": {"v": null}})"), ElementsAre(fault(1, 17, "views.v must be an object", "")));
}

TEST(Load, AServerCanBeTurnedOff) {
    EXPECT_FALSE(parsed(R"({"http": {"listen": ""}})").http.enabled);
}

TEST(Load, RefusesBadSectionsOfTheDaemon) {
    EXPECT_THAT(faults_of(R"({"daemon": {"refresh_log_keep": "90m"}})"),
                ElementsAre(fault(1, 33, "not a whole number of hours", "2160h")));
    EXPECT_THAT(faults_of(R"({"daemon": {"poll_interval": "1ms"}})"),
                ElementsAre(fault(1, 30, "daemon.poll_interval is 1ms", "choose from 10ms to 1h")));
    EXPECT_THAT(
        faults_of(R"({"daemon": {"notify": "sometimes"}})"),
        ElementsAre(fault(1, 23, "daemon.notify is \"sometimes\"", "choose \"armed\", \"always\" or \"never\"")));
    EXPECT_THAT(faults_of(R"({"daemon": {"workers": 1.5}})"),
                ElementsAre(fault(1, 24, "must be a whole number, not a fraction", "")));
}

TEST(Load, AnEventNeedsATableAndACondition) {
    EXPECT_THAT(faults_of(R"({"events": {"e": {}}})"), ElementsAre(fault(1, 13, "events.e has no \"table\"", ""),
                                                                   fault(1, 13, "events.e has no \"when\"", "")));
    EXPECT_THAT(faults_of(R"({"events": {"e": {"table": "a.b.c", "when": ""}}})"),
                ElementsAre(fault(1, 28, "is not the name of a table", "schema.name"),
                            fault(1, 45, "events.e.when is empty", "")));
}

// Without any, the query is that of a materialized view of the name: the database knows whether there is one.
TEST(LoadView, TakesAtMostOneQuery) {
    EXPECT_EQ(parsed(R"({"views": {"v": {}}})").views.at(0).query, "");
    EXPECT_THAT(view_fault(query + R"(, "query": "views/a.sql")"),
                fault(1, 25, "views.v.sql is given besides \"query\"", "keep one"));
    EXPECT_THAT(view_fault(R"("sql": " ; ")"), fault(1, 25, "views.v.sql is empty", ""));
    EXPECT_THAT(view_fault(R"("query": "")"), fault(1, 27, "views.v.query is empty", ""));
    EXPECT_THAT(view_fault(R"("query": "empty.sql")"), fault(1, 27, "/etc/freshet/empty.sql, which is empty", ""));
}

TEST(LoadView, KnowsItsStrategies) {
    EXPECT_THAT(view_fault(query + R"(, "strategy": "partial", "keys": ["a"])"),
                fault(1, 12, "views.v.dirty_keys is missing: strategy partial needs it", "over changed"));
    EXPECT_THAT(view_fault(query + R"(, "strategy": "fast")"),
                fault(1, 49, "views.v.strategy is \"fast\"", "\"delta\""));
    EXPECT_EQ(parsed(R"({"views": {"v": {"sql": "SELECT 1;"}}})").views.at(0).strategy, StrategyChoice::automatic);
    EXPECT_EQ(parsed(R"({"views": {"v": {"sql": "SELECT 1;"}}})").views.at(0).query, "SELECT 1");
}

TEST(LoadView, ReadsWhichKeysAChangeConcerns) {
    const auto view = parsed(R"({"views": {"v": {"sql": "SELECT 1", "strategy": "partial", "keys": ["a", "b"],
        "dirty_keys": {"t": "SELECT a, b FROM changed;", "s.u": "all"}}}})").views.at(0);
    EXPECT_EQ(view.strategy, StrategyChoice::partial);
    EXPECT_THAT(view.keys, ElementsAre("a", "b"));
    ASSERT_EQ(view.dirty_keys.size(), 2U);
    EXPECT_EQ(view.dirty_keys[0].table, "t");
    EXPECT_EQ(view.dirty_keys[0].query, "SELECT a, b FROM changed");
    EXPECT_FALSE(view.dirty_keys[0].all);
    EXPECT_EQ(view.dirty_keys[0].line, 2);
    EXPECT_TRUE(view.dirty_keys[1].all);
}

TEST(LoadView, KeysAndDirtyKeysComeTogetherAndWhereTheyCount) {
    EXPECT_THAT(view_fault(query + R"(, "keys": ["a"])"), fault(1, 45, "views.v.keys is given alone", "both"));
    EXPECT_THAT(view_fault(query + R"(, "strategy": "partial", "keys": ["a", "a"], "dirty_keys": {"t": "all"})"),
                fault(1, 74, "views.v.keys names a twice", "remove"));
    EXPECT_THAT(view_fault(query + R"(, "strategy": "delta", "dirty_keys": {"t": "all"})"),
                fault(1, 72, "views.v.dirty_keys has no effect with this strategy", "partial"));
    EXPECT_THAT(view_fault(query + R"(, "keys": ["a"], "dirty_keys": {"t": "all", "public.t": "all"})"),
                fault(1, 79, "views.v.dirty_keys names public.t twice", "UNION"));
    EXPECT_THAT(view_fault(query + R"(, "keys": ["a"], "dirty_keys": {"t": 1})"),
                fault(1, 72, "views.v.dirty_keys.t must be a text", ""));
}

TEST(LoadView, AConcurrentOneHasNoOptionsThatWouldDoNothing) {
    EXPECT_THAT(view_fault(R"("strategy": "concurrent", "indexes": [["a"]])"), fault(1, 55, "has no effect", ""));
    EXPECT_THAT(view_fault(R"("strategy": "concurrent", "retention": {"column": "a", "keep": "1 day"})"),
                fault(1, 57, "has no effect", "the materialized view itself"));
}

TEST(LoadView, ADelayIsNotShorterThanItsDebounce) {
    EXPECT_THAT(view_fault(query + R"(, "debounce": "2s", "max_delay": "1s")"),
                fault(1, 68, "max_delay is 1s, debounce is 2s", ""));
    EXPECT_EQ(view_fault(query + R"(, "debounce": "2s", "max_delay": "2s")").message, "0 faults");
}

TEST(LoadView, RetentionNeedsAColumnAndAnInterval) {
    EXPECT_THAT(view_fault(query + R"(, "retention": {"column": "month"})"),
                fault(1, 37, "views.v.retention has no \"keep\"", ""));
    EXPECT_THAT(view_fault(query + R"(, "retention": {"column": "month", "keep": "3 moons"})"),
                fault(1, 78, "views.v.retention.keep is not a positive interval: \"3 moons\"", "3 years"));
}

TEST(LoadView, ReconcileNeedsATimeAndAKnownZone) {
    EXPECT_THAT(view_fault(query + R"(, "reconcile": {})"), fault(1, 37, "views.v.reconcile has no \"at\"", ""));
    EXPECT_THAT(view_fault(query + R"(, "reconcile": {"at": "02:00", "timezone": "Berlin now"})"),
                fault(1, 78, "is not a time zone name: \"Berlin now\"", "Europe/Berlin"));
    EXPECT_THAT(view_fault(query + R"(, "reconcile": {"at": "02:00", "timezone": {"query": "SELECT 1, 2"}})"),
                fault(1, 66, "the view has no tenant", "set \"tenant\""));
    EXPECT_THAT(view_fault(query + R"(, "reconcile": {"at": "02:00", "timezone": 2})"),
                fault(1, 78, "must be a zone name or an object with a query, not a whole number", ""));
}

TEST(LoadView, TheViewsZoneIsThatOfItsReconcile) {
    const auto settings = parsed(R"({"views": {"v": {"sql": "SELECT 1", "timezone": "Asia/Tokyo",
                                                     "reconcile": {"at": "02:00"}}}})");
    EXPECT_EQ(settings.views.at(0).reconcile->timezone, "Asia/Tokyo");
}

TEST(LoadView, IndexesAreListsOfColumns) {
    EXPECT_THAT(view_fault(query + R"(, "indexes": ["a"])"),
                fault(1, 49, "each of views.v.indexes must be a list", ""));
    EXPECT_THAT(view_fault(query + R"(, "indexes": [[]])"), fault(1, 49, "each of views.v.indexes must be a list", ""));
    EXPECT_THAT(view_fault(query + R"(, "indexes": [["a", 1]])"), fault(1, 55, "must be a text, not a whole", ""));
    EXPECT_THAT(view_fault(query + R"(, "indexes": [["a", "b DOWN"]])"),
                fault(1, 55, "views.v.indexes has a bad column: \"b DOWN\"", "[ASC|DESC]"));
}

TEST(LoadView, HasAUsableName) {
    const auto named = [](const std::string& name) {
        return faults_of("{\"views\": {\"" + name + "\": {" + query + "}}}");
    };
    EXPECT_THAT(named("a.b.c"), ElementsAre(fault(1, 12, "views.a.b.c is not the name of a view", "schema.name")));
    EXPECT_THAT(named("freshet.v"), ElementsAre(fault(1, 12, "is in freshet's own schema", "")));
    EXPECT_THAT(named(std::string(64, 'v')), ElementsAre(fault(1, 12, "longer than 63 bytes", "")));
    EXPECT_THAT(named(""), ElementsAre(fault(1, 12, "empty name in views", ""), fault(1, 12, "not the name", "")));
}

TEST(LoadFile, SaysWhyItCannotBeRead) {
    try {
        load("/nowhere/freshet.json");
        FAIL() << "read";
    } catch (const core::Faults& faults) {
        EXPECT_STREQ(faults.what(),
                     "/nowhere/freshet.json: cannot read the configuration: No such file or directory\n"
                     "hint: name another file with --config");
    }
    EXPECT_THROW(load("/"), core::Faults);
}

}  // namespace
}  // namespace freshet::settings
