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
                                             {AggregateKind::min, "min"},
                                             {AggregateKind::max, "max"}})
NLOHMANN_JSON_SERIALIZE_ENUM(OutputKind, {{OutputKind::key, "key"},
                                          {OutputKind::computed, "computed"},
                                          {OutputKind::refreshed_at, "refreshed_at"}})
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Relation, table, alias, columns, capture_conditions)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Arm, relations, conditions, keys, inputs)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Aggregate, kind, input)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Output, name, kind, expression)
}  // namespace freshet::query

namespace freshet::compile {

namespace {

// Raised whenever an older daemon would misread a program.
constexpr int format_version = 1;

}  // namespace

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(TypedColumn, name, type, collation, nullable)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Input, column, sum_type, ordered_type, count, distinct, min, max)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Source, id, table, columns)

nlohmann::json to_json(const Program& program) {
    return {{"format", format_version},         {"view_id", program.view_id},
            {"sources", program.sources},       {"arms", program.arms},
            {"keys", program.keys},             {"inputs", program.inputs},
            {"aggregates", program.aggregates}, {"outputs", program.outputs},
            {"tenant_key", program.tenant_key}, {"retention_key", program.retention_key}};
}

Program program_from_json(const nlohmann::json& document) {
    try {
        if (document.at("format").get<int>() != format_version) {
            throw core::Error("the stored program has format " + document.at("format").dump() + ", this freshetd reads " +
                                  std::to_string(format_version),
                              "run freshetd install with this version");
        }
        Program program;
        document.at("view_id").get_to(program.view_id);
        document.at("sources").get_to(program.sources);
        document.at("arms").get_to(program.arms);
        document.at("keys").get_to(program.keys);
        document.at("inputs").get_to(program.inputs);
        document.at("aggregates").get_to(program.aggregates);
        document.at("outputs").get_to(program.outputs);
        document.at("tenant_key").get_to(program.tenant_key);
        document.at("retention_key").get_to(program.retention_key);
        return program;
    } catch (const nlohmann::json::exception& error) {
        throw core::Error(std::string("the stored program cannot be read: ") + error.what(),
                          "run freshetd install to write it again");
    }
}

}  // namespace freshet::compile
