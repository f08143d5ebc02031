// One folder below tests/golden: a query, its settings, and what a real server said about it.
//
//   query.sql       as a user writes it
//   settings.json   tenant, retention, indexes, events; absent if there are none
//   normalised.sql  the server's rendering            } recorded by integration_golden_record,
//   facts.json      tables, columns and types         } with FRESHET_REGENERATE=1
//   plan.golden     the program and all SQL made of it, or why there is none: written by unit_capture, likewise
//
// Needs no library but nlohmann_json.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "freshet/compile/program.hpp"
#include "freshet/query/normal_form.hpp"

namespace freshet::testing {

struct GoldenEvent {
    std::string name;
    sql::QualifiedName table;
    std::string when;
    std::string normalised;  // SELECT 1 FROM table WHERE when, in the server's rendering
};

struct GoldenFacts {
    int server_major = 0;
    std::string normalised;
    query::Facts facts;
    std::map<sql::QualifiedName, std::vector<std::string>> primary_keys;
    std::vector<compile::LevelTypes> types;  // of describe_sql(), by level; empty if the query is rejected before
    std::vector<GoldenEvent> events;
};

struct GoldenCase {
    std::filesystem::path folder;
    std::string query;
    std::string tenant;
    std::string retention;
    std::vector<std::vector<std::string>> indexes;
    std::vector<GoldenEvent> events;  // as configured

    std::string name() const { return folder.filename().string(); }
};

inline std::ostream& operator<<(std::ostream& out, const GoldenCase& one) {
    return out << one.name();
}

inline bool regenerate() {
    const char* value = std::getenv("FRESHET_REGENERATE");
    return value != nullptr && std::string(value) == "1";
}

inline std::string read_whole(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read " + file.string());
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

inline void write_whole(const std::filesystem::path& file, const std::string& text) {
    std::ofstream out(file);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

inline std::filesystem::path golden_folder() {
    return std::filesystem::path(FRESHET_SOURCE_DIR) / "tests/golden";
}

inline GoldenCase load_golden_case(const std::filesystem::path& folder) {
    GoldenCase result;
    result.folder = folder;
    result.query = read_whole(folder / "query.sql");
    if (!std::filesystem::exists(folder / "settings.json")) return result;
    const auto settings = nlohmann::json::parse(read_whole(folder / "settings.json"));
    result.tenant = settings.value("tenant", "");
    result.retention = settings.value("retention", "");
    result.indexes = settings.value("indexes", result.indexes);
    for (const auto& event : settings.value("events", nlohmann::json::array())) {
        result.events.push_back({event.at("name"),
                                 sql::parse_qualified_name(event.at("table").get<std::string>(), "public"),
                                 event.at("when"), ""});
    }
    return result;
}

inline std::vector<GoldenCase> golden_cases() {
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(golden_folder())) {
        if (entry.is_directory()) folders.push_back(entry.path());
    }
    std::sort(folders.begin(), folders.end());
    std::vector<GoldenCase> cases;
    std::transform(folders.begin(), folders.end(), std::back_inserter(cases), load_golden_case);
    return cases;
}

inline nlohmann::json json_of(const query::ColumnFact& column) {
    return {{"name", column.name},
            {"type", column.type},
            {"log_type", column.log_type},
            {"collation", column.collation},
            {"not_null", column.not_null},
            {"is_enum", column.is_enum},
            {"deterministic", column.deterministic}};
}

inline query::ColumnFact column_from(const nlohmann::json& json) {
    return {json.at("name"),     json.at("type"),    json.at("log_type"),     json.at("collation"),
            json.at("not_null"), json.at("is_enum"), json.at("deterministic")};
}

inline nlohmann::json json_of(const query::UniqueIndex& index) {
    return {{"columns", index.columns}, {"equality_schemas", index.equality_schemas}};
}

inline query::UniqueIndex unique_index_from(const nlohmann::json& json) {
    return {json.at("columns"), json.at("equality_schemas")};
}

template <typename Value>
nlohmann::json list_of(const std::vector<Value>& values) {
    nlohmann::json list = nlohmann::json::array();
    for (const auto& value : values) list.push_back(json_of(value));
    return list;
}

inline nlohmann::ordered_json json_of_level(const compile::LevelTypes& level) {
    nlohmann::ordered_json types = nlohmann::json::object();
    for (const auto& [name, type] : level) {
        types[name] = {{"type", type.type}, {"base_type", type.base_type}, {"collation", type.collation}};
    }
    return types;
}

inline compile::LevelTypes level_from(const nlohmann::json& json) {
    compile::LevelTypes types;
    for (const auto& [name, type] : json.items()) {
        types[name] = {type.at("type"), type.at("base_type"), type.at("collation")};
    }
    return types;
}

inline std::string text_of(const GoldenFacts& facts) {
    nlohmann::ordered_json tables = nlohmann::json::array();
    for (const auto& [table, columns] : facts.facts.tables) {
        tables.push_back({{"schema", table.schema},
                          {"name", table.name},
                          {"primary_key", facts.primary_keys.at(table)},
                          {"unique_indexes", list_of(facts.facts.unique_indexes.at(table))},
                          {"columns", list_of(columns)}});
    }
    nlohmann::ordered_json selects = nlohmann::json::array();
    for (const auto& [sql, types] : facts.facts.select_types) {
        selects.push_back({{"sql", sql}, {"types", types}, {"collations", facts.facts.select_collations.at(sql)}});
    }
    nlohmann::ordered_json types = nlohmann::json::array();
    std::transform(facts.types.begin(), facts.types.end(), std::back_inserter(types), json_of_level);
    nlohmann::ordered_json events = nlohmann::json::array();
    for (const auto& event : facts.events) {
        events.push_back({{"name", event.name}, {"normalised", event.normalised}});
    }
    const nlohmann::ordered_json all = {{"server_major", facts.server_major},
                                        {"aggregates", facts.facts.aggregates},
                                        {"tables", tables},
                                        {"selects", selects},
                                        {"types", types},
                                        {"events", events}};
    return all.dump(1) + "\n";
}

inline GoldenFacts load_golden_facts(const GoldenCase& one) {
    const auto json = nlohmann::json::parse(read_whole(one.folder / "facts.json"));
    GoldenFacts result;
    result.server_major = json.at("server_major");
    result.normalised = read_whole(one.folder / "normalised.sql");
    result.facts.aggregates = json.at("aggregates").get<std::set<std::string>>();
    for (const auto& table : json.at("tables")) {
        const sql::QualifiedName name{table.at("schema"), table.at("name")};
        auto& columns = result.facts.tables[name];
        for (const auto& column : table.at("columns")) columns.push_back(column_from(column));
        auto& indexes = result.facts.unique_indexes[name];
        for (const auto& index : table.at("unique_indexes")) indexes.push_back(unique_index_from(index));
        result.primary_keys[name] = table.at("primary_key").get<std::vector<std::string>>();
    }
    for (const auto& select : json.at("selects")) {
        const auto sql = select.at("sql").get<std::string>();
        result.facts.select_types[sql] = select.at("types").get<std::vector<std::string>>();
        result.facts.select_collations[sql] = select.at("collations").get<std::vector<std::string>>();
    }
    const auto& levels = json.at("types");
    std::transform(levels.begin(), levels.end(), std::back_inserter(result.types), level_from);
    for (std::size_t i = 0; i < one.events.size(); ++i) {
        result.events.push_back(one.events[i]);
        result.events.back().normalised = json.at("events").at(i).at("normalised");
    }
    return result;
}

}  // namespace freshet::testing
