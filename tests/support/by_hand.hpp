// A view whose program is built by hand and not from its query: what the emitters can do is proven apart from what the
// front end recognises. A carrier view over the same tables brings the capture; its program is then replaced.
#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "freshet/compile/emit.hpp"
#include "freshet/sql/texts.hpp"
#include "support/engine.hpp"

namespace freshet::testing {

// SELECT keys, aggregates over one arm.
inline query::Level level_by_hand(query::Arm arm, std::vector<query::Aggregate> aggregates) {
    query::Level level;
    for (std::size_t i = 0; i < arm.keys.size(); ++i) {
        level.outputs.push_back({"key" + std::to_string(i), query::OutputKind::key, "k" + std::to_string(i)});
    }
    for (std::size_t i = 0; i < aggregates.size(); ++i) {
        level.outputs.push_back({"value" + std::to_string(i), query::OutputKind::computed, "a" + std::to_string(i)});
    }
    level.key_nullable.assign(arm.keys.size(), true);
    level.input_nullable.assign(arm.inputs.size(), true);
    level.input_scales.resize(arm.inputs.size());
    level.aggregates = std::move(aggregates);
    level.arms = {std::move(arm)};
    return level;
}

inline query::NormalForm form_of(query::Level level) {
    query::NormalForm form;
    form.columns = level.outputs;
    form.levels = {std::move(level)};
    return form;
}

inline compile::LevelTypes types_by_server(Client& client, const query::Level& level) {
    client.exec("BEGIN; CREATE TEMPORARY VIEW freshet_described AS " + compile::describe_sql(level));
    compile::LevelTypes types;
    for (const auto& row : client.query(std::string(sql::text("triggers/queries/catalog/column_types.sql")),
                                        {client.scalar("SELECT 'pg_temp.freshet_described'::regclass::oid::text")})) {
        types[*row[0]] = {*row[1], *row[2], *row[4]};
    }
    client.exec("ROLLBACK");
    return types;
}

// The query under the column names of the form, as verify reads it.
inline std::string named_by(const query::NormalForm& form, const std::string& query) {
    std::string names;
    for (const auto& column : form.columns) names += (names.empty() ? "" : ", ") + sql::quote(column.name);
    return "SELECT * FROM (" + query + "\n) AS q (" + names + ")";
}

// Puts `form` in the place of the installed carrier view, and fills it.
inline void replace_program(Engine& engine, Client& client, const std::string& view, const query::NormalForm& form,
                            const std::string& query) {
    const auto carrier = engine.view(view);
    compile::CompileOptions options;
    options.view_id = carrier.id;
    for (const auto& source : carrier.sources) options.source_ids[source.table] = source.id;
    std::vector<compile::LevelTypes> types;
    std::transform(form.levels.begin(), form.levels.end(), std::back_inserter(types),
                   [&](const query::Level& level) { return types_by_server(client, level); });
    const auto program = compile::compile(form, types, options);
    client.exec("DROP VIEW " + view);
    for (const auto& statement : compile::drop_state(carrier.program)) client.exec(statement);
    for (const auto& statement : compile::create_state(program, {})) client.exec(statement);
    client.exec("CREATE VIEW " + view + " AS " + compile::public_select(program));
    client.query("UPDATE freshet.view SET program = $1::jsonb, definition = $2 WHERE id = $3::integer RETURNING id",
                 {compile::to_json(program).dump(), named_by(form, query), std::to_string(carrier.id)});
    refresh::Request request;
    request.work = refresh::Work::recompute;
    engine.refresh(view, request);
}

}  // namespace freshet::testing
