// Views on views: installed in dependency order, folded as one, rebuilt together, refused where they cannot be
// followed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "support/engine.hpp"

namespace freshet::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* schema = R"(
    CREATE TABLE shop(id int PRIMARY KEY, city text, open boolean);
    CREATE TABLE sale(id int PRIMARY KEY, shop int, day date, item text, amount numeric, quantity int);
)";

struct Storey {
    std::string name;
    std::string query;
};

struct Case {
    std::string name;
    std::vector<Storey> views;
    // Of the views above; automatic where the changes of what is below do not tell those of the view.
    settings::StrategyChoice strategy = settings::StrategyChoice::delta;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
    return out << one.name;
}

const Storey by_day{
    "by_day",
    "SELECT shop, day, sum(amount) AS total, count(*) AS n, avg(amount) AS mean, max(quantity) AS most, "
    "count(DISTINCT item) AS items FROM sale GROUP BY shop, day"};

constexpr auto automatic = settings::StrategyChoice::automatic;

const std::vector<Case>& cases() {
    static const std::vector<Case> all = {
        {"two_storeys",
         {by_day,
          {"by_shop",
           "SELECT shop, sum(total) AS total, sum(n) AS n, max(most) AS most, count(*) AS days "
           "FROM by_day GROUP BY shop"}}},
        {"derived_columns",
         {by_day,
          {"by_shop",
           "SELECT shop, sum(mean) AS means, min(mean) AS worst, count(mean) AS known, sum(items) "
           "AS items FROM public.by_day GROUP BY shop"}}},
        {"having_below",
         {{"busy",
           "SELECT shop, day, count(*) AS n, sum(amount) AS total FROM sale GROUP BY shop, day HAVING count(*) "
           "> 2"},
          {"busy_days", "SELECT shop, count(*) AS days, sum(total) AS total FROM busy WHERE n > 3 GROUP BY shop"}}},
        {"order_below",
         {{"ordered", "SELECT shop, item, sum(quantity) AS q FROM sale GROUP BY shop, item ORDER BY q DESC"},
          {"items", "SELECT item, sum(q) AS q, count(*) AS shops FROM ordered GROUP BY item"}}},
        {"projection_below",
         {{"doubled",
           "SELECT g.shop AS s, g.q * 2 AS twice FROM (SELECT shop, sum(quantity) AS q FROM sale GROUP BY "
           "shop) g WHERE g.q > 5"},
          {"parity", "SELECT s % 2 AS odd, sum(twice) AS t FROM doubled GROUP BY s % 2"}}},
        {"distinct_below",
         {{"pairs", "SELECT DISTINCT shop, item FROM sale"},
          {"shops_of", "SELECT item, count(*) AS shops FROM pairs GROUP BY item"}}},
        {"three_storeys",
         {by_day,
          {"by_shop", "SELECT shop, sum(total) AS total, count(*) AS days FROM by_day GROUP BY shop"},
          {"by_days",
           "SELECT days, count(*) AS shops, sum(total) AS total, string_agg(shop::text, ',' ORDER BY "
           "shop::text) "
           "AS names FROM by_shop GROUP BY days"}}},
        {"diamond",
         {by_day,
          {"by_shop", "SELECT shop, sum(total) AS total FROM by_day GROUP BY shop"},
          {"by_date", "SELECT day, sum(total) AS total, max(most) AS most FROM by_day GROUP BY day"},
          {"corner",
           "SELECT x.total > 100 AS large, count(*) AS n, sum(x.total) AS total FROM (SELECT total FROM "
           "by_shop UNION ALL SELECT total FROM by_date) x GROUP BY 1"}}},
        {"diamond_joined",
         {{"per_shop", "SELECT shop, sum(amount) AS total FROM sale GROUP BY shop"},
          {"per_item", "SELECT shop, item, sum(quantity) AS q FROM sale GROUP BY shop, item"},
          {"top",
           "SELECT i.item, sum(i.q * s.total) AS weighted, count(*) AS n FROM per_shop s JOIN per_item i ON "
           "i.shop = s.shop GROUP BY i.item"}}},
        {"self_join",
         {by_day,
          {"steps",
           "SELECT a.shop, count(*) AS n, sum(b.total - a.total) AS growth FROM by_day a JOIN by_day b "
           "ON b.shop = a.shop AND b.day = a.day + 1 GROUP BY a.shop"}}},
        {"beside_a_table",
         {by_day,
          {"by_city",
           "SELECT s.city, sum(d.total) AS total, sum(d.n) AS n, count(DISTINCT d.day) AS days FROM "
           "by_day d JOIN shop s ON s.id = d.shop WHERE s.open GROUP BY s.city"}}},
        {"the_table_itself_too",
         {by_day,
          {"shares",
           "SELECT s.item, sum(s.amount) AS amount, sum(d.n) AS n FROM sale s JOIN by_day d ON d.shop "
           "= s.shop AND d.day = s.day GROUP BY s.item"}}},
        {"total_below",
         {{"everything",
           "SELECT sum(amount) AS total, count(*) AS n, string_agg(item, ',' ORDER BY item) AS items FROM sale"},
          {"shares",
           "SELECT s.shop, sum(s.amount) / nullif(e.total, 0) AS share, e.n FROM sale s CROSS JOIN everything e "
           "GROUP BY s.shop, e.total, e.n"}},
         automatic},
        {"window_below",
         {{"ranked",
           "SELECT shop, day, sum(amount) AS total, rank() OVER (PARTITION BY day ORDER BY sum(amount) DESC NULLS "
           "LAST) "
           "AS place FROM sale GROUP BY shop, day"},
          {"best", "SELECT shop, count(*) AS days, sum(total) AS total FROM ranked WHERE place = 1 GROUP BY shop"},
          {"best_of", "SELECT days, count(*) AS shops FROM best GROUP BY days"}},
         automatic},
        {"limit_below",
         {{"top", "SELECT shop, count(*) AS n FROM sale GROUP BY shop ORDER BY n DESC, shop LIMIT 2"},
          {"cities", "SELECT s.city, t.n FROM top t JOIN shop s ON s.id = t.shop"}},
         automatic},
        {"distinct_on_below",
         {{"last",
           "SELECT DISTINCT ON (shop) shop, day, count(*) AS n FROM sale GROUP BY shop, day ORDER BY shop, day DESC"},
          {"last_days", "SELECT day, count(*) AS shops, sum(n) AS n FROM last GROUP BY day"}},
         automatic},
        {"with_below",
         {{"compared",
           "WITH a AS (SELECT shop, sum(amount) AS total FROM sale GROUP BY shop), b AS (SELECT avg(total) AS mean "
           "FROM a) "
           "SELECT a.shop, a.total - b.mean AS above FROM a CROSS JOIN b"},
          {"sides", "SELECT above > 0 AS good, count(*) AS shops FROM compared GROUP BY 1"}},
         automatic},
        {"full_join_below",
         {{"either",
           "SELECT coalesce(a.shop, b.id) AS shop, a.n, b.cities FROM (SELECT shop, count(*) AS n FROM sale GROUP BY "
           "shop) a "
           "FULL JOIN (SELECT id, count(city) AS cities FROM shop GROUP BY id) b ON b.id = a.shop"},
          {"unsold", "SELECT count(*) AS shops FROM either WHERE n IS NULL"}},
         automatic},
    };
    return all;
}

class Changes {
  public:
    explicit Changes(unsigned seed) : random_(seed) {}

    std::string next() {
        const auto id = std::to_string(pick(80));
        const auto shop = pick(9) == 0 ? std::string("NULL") : std::to_string(pick(5));
        const auto day = pick(9) == 0 ? std::string("NULL") : "date '2026-01-01' + " + std::to_string(pick(6));
        const auto amount = pick(7) == 0 ? std::string("NULL") : std::to_string(pick(90)) + ".5";
        switch (pick(8)) {
            case 0:
            case 1:
            case 2:
                return "INSERT INTO sale SELECT g, " + shop + ", " + day + ", 'i' || g % 4, " + amount +
                       ", g % 9 FROM generate_series(" + id + ", " + id +
                       " + 5) g ON CONFLICT (id) DO UPDATE SET amount = excluded.amount, shop = excluded.shop";
            case 3:
                return "UPDATE sale SET day = " + day + ", quantity = NULL WHERE id % 6 = " + std::to_string(pick(6));
            case 4:
                return "UPDATE sale SET shop = " + shop + ", item = NULL WHERE id = " + id;
            case 5:
                return "DELETE FROM sale WHERE id % 9 = " + std::to_string(pick(9));
            case 6:
                return "INSERT INTO shop SELECT g, 'c' || g % 2, g % 3 <> 0 FROM generate_series(0, 4) g ON CONFLICT "
                       "(id) DO UPDATE SET open = NOT shop.open";
            default:
                return "UPDATE shop SET city = 'c' || (id + " + id + ") % 3 WHERE id < 3";
        }
    }

    std::size_t pick(std::size_t below) { return std::uniform_int_distribution<std::size_t>(0, below - 1)(random_); }

  private:
    std::mt19937 random_;
};

// The query of a storey over tables alone: those below it come along as WITH queries.
std::string over_tables(const std::vector<Storey>& views, std::size_t storey) {
    std::string text;
    for (std::size_t i = 0; i < storey; ++i) {
        text += (i == 0 ? "WITH " : ", ") + views[i].name + " AS (" + views[i].query + ")";
    }
    auto query = views[storey].query;
    for (auto at = query.find("public."); at != std::string::npos; at = query.find("public.")) {
        query.erase(at, 7);
    }
    return text + " " + query;
}

std::vector<std::string> all_differences(Client& client, const std::vector<Storey>& views) {
    std::vector<std::string> all;
    for (std::size_t i = 0; i < views.size(); ++i) {
        for (const auto& one : differences(client, views[i].name, over_tables(views, i))) {
            all.push_back(views[i].name + ": " + one);
        }
    }
    return all;
}

void add_views(Engine& engine, const std::vector<Storey>& views,
               settings::StrategyChoice strategy = settings::StrategyChoice::delta) {
    for (const auto& view : views) {
        engine.add_view(view.name, view.query).strategy = strategy;
    }
}

class Chains : public ::testing::TestWithParam<Case> {};

TEST_P(Chains, EqualTheirQueriesOverTheTablesAfterEveryBatch) {
    const auto& views = GetParam().views;
    Database database;
    Client client(database.conninfo());
    client.exec(schema);
    Changes changes(11);
    for (int i = 0; i < 15; ++i) {
        client.exec(changes.next());
    }
    Engine engine(database.conninfo());
    add_views(engine, {views.rbegin(), views.rend()}, GetParam().strategy);  // configured upside down
    engine.install();
    ASSERT_THAT(all_differences(client, views), ElementsAre());
    EXPECT_FALSE(engine.plan().has_changes());
    for (int batch = 0; batch < 12; ++batch) {
        for (auto left = 1 + changes.pick(5); left > 0; --left) {
            client.exec(changes.next());
        }
        const auto done = engine.refresh_chain(views[changes.pick(views.size())].name);
        ASSERT_TRUE(done.failures.empty());
        ASSERT_THAT(all_differences(client, views), ElementsAre()) << "after batch " << batch;
    }
    client.exec("TRUNCATE sale");
    client.exec(changes.next());
    engine.refresh_chain(views.back().name);
    EXPECT_THAT(all_differences(client, views), ElementsAre());
    for (const auto& view : views) {
        EXPECT_EQ(engine.verify_chain(view.name).differences, 0) << view.name;
    }
    EXPECT_EQ(client.scalar("SELECT count(*) FROM freshet.status WHERE pending_changes > 0"), "0");
}

INSTANTIATE_TEST_SUITE_P(Views, Chains, ::testing::ValuesIn(cases()), [](const auto& one) { return one.param.name; });

class ChainInstall : public ::testing::Test {
  protected:
    ChainInstall() {
        client.exec(schema);
        client.exec(
            "INSERT INTO sale SELECT g, g % 3, date '2026-01-01' + g % 5, 'i' || g % 4, g, g % 7 FROM "
            "generate_series(1, 60) g");
        client.exec("INSERT INTO shop SELECT g, 'c' || g, true FROM generate_series(0, 3) g");
        add_views(engine, storeys);
    }

    std::vector<core::Fault> faults() {
        try {
            engine.plan();
        } catch (const core::Faults& found) {
            return found.faults();
        }
        return {};
    }

    void expect_refused(const std::string& message, const std::string& hint) {
        const auto found = faults();
        ASSERT_EQ(found.size(), 1U);
        EXPECT_THAT(found.front().message, HasSubstr(message));
        EXPECT_THAT(found.front().hint, HasSubstr(hint));
    }

    settings::ViewSettings& configured(const std::string& name) {
        return *std::find_if(engine.settings.views.begin(), engine.settings.views.end(),
                             [&](const auto& one) { return one.name == name; });
    }

    void remove(const std::string& name) {
        std::erase_if(engine.settings.views, [&](const auto& one) { return one.name == name; });
    }

    const std::vector<Storey> storeys{by_day,
                                      {"by_shop", "SELECT shop, sum(total) AS total FROM by_day GROUP BY shop"}};
    Database database;
    Client client{database.conninfo()};
    Engine engine{database.conninfo()};
};

std::vector<std::string> actions(const install::Plan& plan) {
    std::vector<std::string> result;
    for (const auto& view : plan.views) {
        result.push_back(std::string(install::name_of(view.action)) + " " + view.name.name);
    }
    return result;
}

TEST_F(ChainInstall, TheScriptOfAPlanRunsAsItIs) {
    const auto plan = engine.plan();
    EXPECT_EQ(plan.views.at(1).reads, (std::vector<sql::QualifiedName>{{"public", "by_day"}}));
    for (const auto& statement : plan.statements()) {
        client.exec(statement);
    }
}

TEST_F(ChainInstall, PlanningLeavesNothingBehind) {
    engine.plan();
    EXPECT_EQ(client.scalar("SELECT count(*) FROM pg_namespace WHERE nspname = 'freshet'"), "0");
    EXPECT_EQ(client.scalar("SELECT count(*) FROM pg_class WHERE relname IN ('by_day', 'by_shop')"), "0");
}

TEST_F(ChainInstall, AViewIsAddedAboveOneThatIsThere) {
    remove("by_shop");
    engine.install();
    const auto state = client.scalar("SELECT max(id) FROM freshet.view");
    engine.add_view("by_shop", storeys[1].query);
    EXPECT_THAT(actions(engine.install()), ElementsAre("keep by_day", "create by_shop"));
    EXPECT_EQ(client.scalar("SELECT min(id) FROM freshet.view"), state);
    client.exec("UPDATE sale SET amount = amount * 2 WHERE shop = 1");
    engine.refresh_chain("by_shop");
    EXPECT_THAT(all_differences(client, storeys), ElementsAre());
}

TEST_F(ChainInstall, RebuildingALowerViewRebuildsWhatStandsOnIt) {
    engine.install();
    auto changed = storeys;
    changed[0].query = "SELECT shop, day, sum(amount * 2) AS total, count(*) AS n FROM sale GROUP BY shop, day";
    configured("by_day").query = changed[0].query;
    const auto plan = engine.install();
    EXPECT_THAT(actions(plan), ElementsAre("rebuild by_day", "rebuild by_shop"));
    EXPECT_THAT(plan.views.at(1).reasons, ::testing::Contains("the view by_day, which it reads, is rebuilt"));
    EXPECT_FALSE(engine.plan().has_changes());
    EXPECT_THAT(all_differences(client, changed), ElementsAre());
    client.exec("DELETE FROM sale WHERE id % 2 = 0");
    engine.refresh_chain("by_day");
    EXPECT_THAT(all_differences(client, changed), ElementsAre());
    EXPECT_EQ(client.scalar("SELECT count(*) FROM freshet.source WHERE schema_name = 'freshet'"), "1");
    EXPECT_EQ(
        client.scalar("SELECT count(*) FROM pg_class WHERE relnamespace = 'freshet'::regnamespace AND relkind = 'r' "
                      "AND relname ~ '^state_'"),
        "2");
}

TEST_F(ChainInstall, ReadersSeeAllOldOrAllNewWhenAChainIsRebuilt) {
    engine.install();
    configured("by_day").query =
        "SELECT shop, day, 2 * sum(amount) AS total FROM sale WHERE amount < 1 GROUP BY shop, day";
    Client reader(database.conninfo());
    int mixed = 0;
    engine.install_options.progress = [&](const install::Progress&) {
        mixed += reader.scalar("SELECT EXISTS (SELECT FROM by_day) <> EXISTS (SELECT FROM by_shop)") == "t";
    };
    engine.install();
    EXPECT_EQ(mixed, 0);
    EXPECT_EQ(client.scalar("SELECT count(*) FROM by_shop"), "0");
}

TEST_F(ChainInstall, AnUpperViewCanStopReadingALowerOneThatGoes) {
    engine.install();
    remove("by_day");
    expect_refused("it reads the view by_day, which the configuration has no more", "keep by_day");
    configured("by_shop").query = "SELECT shop, sum(amount) AS total FROM sale GROUP BY shop";
    EXPECT_THAT(actions(engine.install()), ElementsAre("rebuild by_shop", "drop by_day"));
    EXPECT_FALSE(engine.plan().has_changes());
    EXPECT_THAT(differences(client, "by_shop", configured("by_shop").query), ElementsAre());
}

TEST_F(ChainInstall, BothCanGoAtOnce) {
    engine.install();
    engine.settings.views.clear();
    engine.install();
    EXPECT_EQ(client.scalar("SELECT count(*) FROM freshet.view"), "0");
    EXPECT_EQ(client.scalar("SELECT count(*) FROM freshet.source"), "0");
    EXPECT_EQ(client.scalar("SELECT count(*) FROM pg_proc WHERE pronamespace = 'freshet'::regnamespace AND proname ~ "
                            "'^capture_[0-9]'"),
              "0");
}

TEST_F(ChainInstall, UninstallTakesThemFromTheTop) {
    engine.install();
    engine.uninstall();
    EXPECT_EQ(client.scalar("SELECT count(*) FROM pg_class WHERE relname IN ('by_day', 'by_shop')"), "0");
}

TEST_F(ChainInstall, EjectedTheyAreMaterializedViewsThatReadEachOther) {
    engine.install();
    client.exec("UPDATE sale SET amount = amount + 1");
    install::UninstallOptions options;
    options.eject = true;
    engine.uninstall(options);
    EXPECT_THAT(all_differences(client, storeys), ElementsAre());
    client.exec("UPDATE sale SET amount = amount + 1");
    client.exec("REFRESH MATERIALIZED VIEW by_day");
    client.exec("REFRESH MATERIALIZED VIEW by_shop");
    EXPECT_THAT(all_differences(client, storeys), ElementsAre());
}

TEST_F(ChainInstall, MaterializedViewsThatReadEachOtherAreAdoptedTogether) {
    for (const auto& storey : storeys) {
        client.exec("CREATE MATERIALIZED VIEW " + storey.name + " AS " + storey.query);
        configured(storey.name).query.clear();
    }
    client.exec("UPDATE sale SET amount = amount + 1");
    install::PlanOptions adopt;
    adopt.adopt = true;
    EXPECT_THAT(actions(engine.install(adopt)), ElementsAre("create by_day", "create by_shop"));
    EXPECT_FALSE(engine.plan().has_changes());
    EXPECT_THAT(all_differences(client, storeys), ElementsAre());
    client.exec("DELETE FROM sale WHERE id % 3 = 0");
    engine.refresh_chain("by_shop");
    EXPECT_THAT(all_differences(client, storeys), ElementsAre());
}

TEST_F(ChainInstall, ACycleIsRefusedWithItsPath) {
    configured("by_day").query = "SELECT b.shop, sum(b.total) AS total FROM top AS b GROUP BY b.shop";
    engine.add_view("top", "SELECT shop, max(total) AS total FROM public.by_shop GROUP BY shop");
    expect_refused("view by_day reads itself: by_day reads top reads by_shop reads by_day",
                   "let one of them read tables instead");
    EXPECT_EQ(faults().front().file, "by_day.sql");
    EXPECT_EQ(faults().front().column, 43);
    EXPECT_EQ(install::check_offline(engine.settings).size(), 1U);
}

TEST_F(ChainInstall, AViewThatReadsItselfIsACycle) {
    configured("by_shop").query = "SELECT shop, sum(total) AS total FROM by_shop GROUP BY shop";
    expect_refused("view by_shop reads itself: by_shop reads by_shop", "qualify the name");
}

TEST_F(ChainInstall, WhatStandsAboveTheGroupsOfALowerViewIsRefused) {
    configured("by_day").query =
        "SELECT shop, day, total, rank() OVER (ORDER BY total) AS r FROM (SELECT shop, day, sum(amount) AS total FROM "
        "sale GROUP BY shop, day) g";
    expect_refused("it reads the view by_day, which cannot be read by another: above its groups it has",
                   "read the tables below it");
    configured("by_day").query = "SELECT shop, day, sum(amount) AS total FROM sale GROUP BY shop, day LIMIT 3";
    expect_refused("which cannot be read by another", "read the tables below it");
    configured("by_day").query = "SELECT 1 AS shop, sum(amount) AS total FROM sale";
    expect_refused("it has one row over everything", "read the tables below it");
}

// A plain view between two freshet views is what it selects, as one over tables is.
TEST_F(ChainInstall, APlainViewOverAViewCanBeRead) {
    remove("by_shop");
    engine.install();
    client.exec("CREATE VIEW busy AS SELECT shop, total, n FROM by_day WHERE n > 1");
    client.exec("CREATE VIEW busier AS SELECT b.shop, b.total, s.city FROM busy b JOIN shop s ON s.id = b.shop");
    engine.add_view("by_city", "SELECT city, sum(total) AS total, count(*) AS n FROM busier GROUP BY city").strategy =
        settings::StrategyChoice::delta;
    EXPECT_THAT(actions(engine.install()), ElementsAre("keep by_day", "create by_city"));
    EXPECT_FALSE(engine.plan().has_changes());
    client.exec("UPDATE sale SET amount = amount * 2, day = day + 1 WHERE shop = 1");
    client.exec("UPDATE shop SET city = 'x' WHERE id = 2");
    engine.refresh_chain("by_city");
    const auto over_tables = "WITH by_day AS (" + by_day.query +
                             "), busy AS (SELECT shop, total, n FROM by_day WHERE n > 1) "
                             "SELECT s.city, sum(b.total) AS total, count(*) AS n FROM busy b JOIN shop s ON s.id = "
                             "b.shop GROUP BY s.city";
    EXPECT_THAT(differences(client, "by_city", over_tables), ElementsAre());
    EXPECT_EQ(engine.verify_chain("by_city").differences, 0);
    client.exec("CREATE OR REPLACE VIEW busy AS SELECT shop, total, n FROM by_day WHERE n > 2");
    EXPECT_THAT(actions(engine.install()), ElementsAre("keep by_day", "rebuild by_city"));
}

TEST_F(ChainInstall, APlainViewThatClosesACycleIsRefused) {
    engine.install();
    client.exec("CREATE VIEW plain AS SELECT shop, total FROM by_shop");
    configured("by_day").query = "SELECT shop, sum(total) AS total FROM plain GROUP BY shop";
    expect_refused("reads itself: ", "let one of them read tables instead");
}

// Whatever the view below computes over its groups, one above it is computed anew with it.
TEST_F(ChainInstall, WhatCannotBeFollowedIsRecomputed) {
    configured("by_day").query = "SELECT shop, day, sum(amount) AS total FROM sale GROUP BY shop, day LIMIT 3";
    configured("by_shop").strategy = settings::StrategyChoice::automatic;
    const auto plan = engine.plan();
    EXPECT_EQ(plan.views.at(1).strategy, catalog::Strategy::partial);
    EXPECT_THAT(plan.views.at(1).reasons,
                ::testing::Contains("recomputed as a whole, in one transaction with the views that it reads"));
    EXPECT_THAT(plan.views.at(1).reasons, ::testing::Contains(HasSubstr("not delta: 1:")));
}

TEST_F(ChainInstall, AViewThatIsRefreshedAsAWholeCannotBeRead) {
    client.exec(
        "CREATE MATERIALIZED VIEW by_day AS SELECT shop, day, sum(amount) AS total FROM sale GROUP BY shop, day");
    client.exec("CREATE UNIQUE INDEX ON by_day (shop, day)");
    configured("by_day").query.clear();
    configured("by_day").strategy = settings::StrategyChoice::concurrent;
    expect_refused("it is refreshed as a whole", "maintained incrementally");
}

TEST_F(ChainInstall, FaultsOfALowerViewAreSaidOnce) {
    configured("by_day").query = "SELECT nothing FROM sale GROUP BY nothing";
    const auto found = faults();
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found.front().file, "by_day.sql");
}

TEST_F(ChainInstall, NamesMeanWhatTheServerTakesThemFor) {
    client.exec("CREATE SCHEMA reports; CREATE TABLE reports.by_day(shop int, total numeric)");
    client.exec("INSERT INTO reports.by_day VALUES (7, 70)");
    remove("by_shop");
    engine.add_view("reports.own", "SELECT shop, sum(total) AS total FROM by_day GROUP BY shop");
    engine.add_view("reports.other",
                    "SELECT public.by_day.shop, sum(public.by_day.total) AS total FROM public.by_day "
                    "GROUP BY public.by_day.shop");
    engine.install();
    EXPECT_EQ(client.scalar("SELECT shop FROM reports.own"), "7");
    EXPECT_THAT(differences(client, "reports.other", "SELECT shop, sum(total) AS total FROM by_day GROUP BY shop"),
                ElementsAre());
    EXPECT_EQ(engine.verify_chain("reports.own").differences, 0);
    EXPECT_EQ(engine.verify_chain("reports.other").differences, 0);
}

}  // namespace
}  // namespace freshet::testing
