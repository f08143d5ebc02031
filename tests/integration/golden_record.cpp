// The recordings below tests/golden are what a server says today. FRESHET_REGENERATE=1 records them anew.
#include <gtest/gtest.h>

#include "freshet/catalog/resolve.hpp"
#include "freshet/query/inline_views.hpp"
#include "freshet/sql/texts.hpp"
#include "support/client.hpp"
#include "support/cluster.hpp"
#include "support/golden_case.hpp"
#include "support/run.hpp"

namespace freshet::testing {
namespace {

std::string catalog_query(const std::string& name) {
    return std::string(sql::text("triggers/queries/catalog/" + name + ".sql"));
}

// Asks by itself, and not through catalog::resolve(): that gives nothing back for a query it rejects.
class Recorder {
  public:
    explicit Recorder(const std::string& conninfo) : client_(conninfo) {
        client_.exec("SET DateStyle = 'ISO, MDY'; SET TimeZone = 'UTC'");
    }

    GoldenFacts record(const GoldenCase& one) {
        client_.exec("BEGIN");
        GoldenFacts result;
        result.server_major = std::stoi(client_.scalar("SHOW server_version_num")) / 10000;
        result.normalised = over_tables(normalised("freshet_probe", one.query)) + "\n";
        try {
            add_aggregates(result);
            add_facts(result.normalised, result);
            const auto form = query::normalise(result.normalised, result.facts);
            for (const auto& level : form.levels) add_types(compile::describe_sql(level), result);
        } catch (const query::Rejected&) {
            // What was learnt until then is what the engine learns.
        }
        for (auto event : one.events) {
            event.normalised = normalised(
                "freshet_event", "SELECT 1 AS one FROM " + event.table.quoted() + " AS r WHERE (" + event.when + "\n)");
            add_facts(event.normalised, result);
            result.events.push_back(event);
        }
        client_.exec("ROLLBACK");
        return result;
    }

  private:
    std::string probe(const std::string& name, const std::string& select, const std::string& columns = "") {
        client_.exec("DROP VIEW IF EXISTS pg_temp." + name + "; CREATE TEMPORARY VIEW " + name + columns + " AS\n" +
                     select);
        return client_.scalar("SELECT 'pg_temp." + name + "'::regclass::oid::text");
    }

    std::string normalised(const std::string& name, const std::string& select) {
        client_.exec("SET LOCAL search_path = public");
        const auto oid = probe(name, select);
        client_.exec("SET LOCAL search_path = ''");
        const auto text = client_.scalar("SELECT pg_get_viewdef($1::oid)", {oid});
        return text.substr(0, text.find_last_not_of("; \n") + 1);
    }

    // The query with its views replaced by their definitions. No golden view reads another.
    std::string over_tables(const std::string& text) {
        query::ViewDefinitions views;
        for (const auto& relation : query::relations_read(text)) {
            for (const auto& row : client_.query("SELECT rtrim(pg_get_viewdef(oid), ';') FROM pg_class WHERE relkind = "
                                                 "'v' AND oid = to_regclass($1)",
                                                 {relation.quoted()})) {
                views.emplace(relation, *row[0]);
            }
        }
        return views.empty() ? text : normalised("freshet_probe", query::inline_views(text, views).sql);
    }

    // By the order of column_types.sql: name, type, base_type, log_type, collation, not_null, is_enum, deterministic.
    Rows columns_of(const std::string& oid) { return client_.query(catalog_query("column_types"), {oid}); }

    void add_aggregates(GoldenFacts& result) {
        const auto oid = client_.scalar("SELECT 'pg_temp.freshet_probe'::regclass::oid::text");
        for (const auto& row : client_.query(catalog_query("called_aggregates"), {oid})) {
            result.facts.aggregates.insert(*row[0]);
        }
    }

    void add_facts(const std::string& text, GoldenFacts& result) {
        const auto required = query::required_facts(text, result.facts.aggregates);
        for (const auto& table : required.tables) {
            auto& columns = result.facts.tables[table];
            columns.clear();
            const auto oid = client_.scalar("SELECT $1::regclass::oid::text", {table.quoted()});
            for (const auto& row : columns_of(oid)) {
                columns.push_back({*row[0], *row[1], *row[3], *row[4], row[5] == "t", row[6] == "t", row[7] == "t"});
            }
            add_unique_indexes(oid, result.facts.unique_indexes[table]);
            auto& key = result.primary_keys[table];
            key.clear();
            for (const auto& row :
                 client_.query("SELECT unnest(primary_key) FROM (" + catalog_query("table_facts") + ") AS f",
                               {table.schema, table.name})) {
                key.push_back(*row[0]);
            }
        }
        for (const auto& select : required.selects) {
            for (const auto& row : columns_of(probe(next_name(), select.sql, numbered(select.columns)))) {
                result.facts.select_types[select.sql].push_back(*row[1]);
                result.facts.select_collations[select.sql].push_back(*row[4]);
            }
        }
    }

    void add_unique_indexes(const std::string& oid, std::vector<query::UniqueIndex>& indexes) {
        indexes.clear();
        for (const auto& row : client_.query("SELECT to_jsonb(columns)::text, to_jsonb(equality_schemas)::text FROM (" +
                                                 catalog_query("unique_indexes") + ") AS x",
                                             {oid})) {
            indexes.push_back({nlohmann::json::parse(*row[0]), nlohmann::json::parse(*row[1])});
        }
    }

    void add_types(const std::string& select, GoldenFacts& result) {
        auto& types = result.types.emplace_back();
        for (const auto& row : columns_of(probe("freshet_described", select))) {
            types[*row[0]] = {*row[1], *row[2], *row[4]};
        }
    }

    // The arms of a union may repeat a name.
    static std::string numbered(int columns) {
        std::string list;
        for (int i = 0; i < columns; ++i) list += (i == 0 ? " (c" : ", c") + std::to_string(i);
        return list + ")";
    }

    std::string next_name() { return "freshet_select_" + std::to_string(number_++); }

    Client client_;
    int number_ = 0;
};

// A database with the tables that the queries read, for all cases.
class GoldenRecord : public ::testing::TestWithParam<GoldenCase> {
  protected:
    static void SetUpTestSuite() {
        database_ = std::make_unique<Database>();
        Client client(database_->conninfo());
        client.exec(read_whole(golden_folder().parent_path().parent_path() / "config/sample/schema.sql"));
        client.exec(read_whole(golden_folder() / "schema.sql"));
    }
    static void TearDownTestSuite() { database_.reset(); }

    static catalog::Resolved resolve(const std::string& query) {
        return run([&]() -> boost::asio::awaitable<catalog::Resolved> {
            pg::ConnectOptions options;
            options.conninfo = database_->conninfo();
            auto executor = co_await boost::asio::this_coro::executor;
            auto connection = co_await pg::Connection::open(executor, options);
            catalog::QueryText text{query, "query.sql", "public", "UTC"};
            co_return co_await catalog::resolve(*connection, text);
        });
    }

    static std::unique_ptr<Database> database_;
};
std::unique_ptr<Database> GoldenRecord::database_;

TEST_P(GoldenRecord, IsWhatTheServerSays) {
    const auto& one = GetParam();
    const auto now = Recorder(database_->conninfo()).record(one);
    if (regenerate()) {
        write_whole(one.folder / "normalised.sql", now.normalised);
        write_whole(one.folder / "facts.json", text_of(now));
    }
    const auto recorded = load_golden_facts(one);
    if (recorded.server_major != now.server_major) {
        GTEST_SKIP() << "recorded on PostgreSQL " << recorded.server_major
                     << "; each version renders views its own way";
    }
    EXPECT_EQ(now.normalised, recorded.normalised);
    EXPECT_EQ(text_of(now), read_whole(one.folder / "facts.json"));
    if (!one.name().starts_with("rejected_")) {
        const auto resolved = resolve(one.query);
        EXPECT_EQ(resolved.normalised_sql + "\n", recorded.normalised);
        EXPECT_EQ(resolved.types.size(), recorded.types.size());
    }
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenRecord, ::testing::ValuesIn(golden_cases()),
                         [](const auto& one) { return one.param.name(); });

}  // namespace
}  // namespace freshet::testing
