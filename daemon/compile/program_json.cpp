#include <nlohmann/json.hpp>

#include "freshet/compile/program.hpp"
#include "freshet/core/error.hpp"

namespace freshet::sql {
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(QualifiedName, schema, name)
}

namespace freshet::query {
NLOHMANN_JSON_SERIALIZE_ENUM(AggregateKind, {{AggregateKind::count_rows, "count_rows"},
                                             {AggregateKind::count, "count"},
                                             {AggregateKind::sum, "sum"},
                                             {AggregateKind::avg, "avg"},
                                             {AggregateKind::count_distinct, "count_distinct"},
                                             {AggregateKind::sum_distinct, "sum_distinct"},
                                             {AggregateKind::avg_distinct, "avg_distinct"},
                                             {AggregateKind::min, "min"},
                                             {AggregateKind::max, "max"},
                                             {AggregateKind::recomputed, "recomputed"}})
NLOHMANN_JSON_SERIALIZE_ENUM(OutputKind, {{OutputKind::key, "key"},
                                          {OutputKind::computed, "computed"},
                                          {OutputKind::refreshed_at, "refreshed_at"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Relation, table, alias, columns, capture_conditions, lookup_conditions, lookup_key)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Arm, relations, conditions, keys, inputs)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Aggregate, kind, input, call)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Output, name, kind, expression)
}  // namespace freshet::query

namespace freshet::compile {

namespace {

// Raised whenever an older daemon would misread a program, or the tables that were made for it.
constexpr int format_version = 5;

}  // namespace

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TypedColumn, name, type, collation, nullable)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Input, column, sum_type, distinct_sum_type, ordered_type, scales, two_scales, count,
                                   distinct, min, max)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Source, id, table, columns)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(ViewRead, name, fingerprint)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Level, view_id, index, sources, arms, keys, inputs, aggregates, recomputed, outputs,
                                   having, total, tenant_key, retention_key)

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(DirtyKeys, source_id, query)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Whole, query, columns, keys, key_types, dirty)

nlohmann::json to_json(const Program& program) {
    nlohmann::json document = {
        {"format", format_version},   {"view_id", program.view_id}, {"sources", program.sources},
        {"levels", program.levels},   {"above", program.above},     {"with", program.with},
        {"columns", program.columns}, {"tenant", program.tenant},   {"retention_column", program.retention_column}};
    // Left out where there are none, as in the documents of before: they stay equal.
    if (!program.views.empty()) {
        document["views"] = program.views;
    }
    if (program.whole) {
        document["whole"] = *program.whole;
    }
    return document;
}

Program program_from_json(const nlohmann::json& document) {
    try {
        if (document.at("format").get<int>() != format_version) {
            throw core::Error("the stored program has format " + document.at("format").dump() +
                                  ", this freshetd reads " + std::to_string(format_version),
                              "run freshetd install with this version");
        }
        Program program;
        document.at("view_id").get_to(program.view_id);
        document.at("sources").get_to(program.sources);
        document.at("levels").get_to(program.levels);
        document.at("above").get_to(program.above);
        document.at("with").get_to(program.with);
        document.at("columns").get_to(program.columns);
        document.at("tenant").get_to(program.tenant);
        document.at("retention_column").get_to(program.retention_column);
        program.views = document.value("views", program.views);
        if (document.contains("whole")) {
            program.whole = document.at("whole").get<Whole>();
        }
        return program;
    } catch (const nlohmann::json::exception& error) {
        throw core::Error(std::string("the stored program cannot be read: ") + error.what(),
                          "run freshetd install to write it again");
    }
}

}  // namespace freshet::compile
