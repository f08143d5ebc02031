#include "freshet/settings/reference.hpp"

#include <nlohmann/json.hpp>

#include "freshet/core/duration.hpp"
#include "freshet/settings/keys.hpp"

namespace freshet::settings {

namespace {

using Json = nlohmann::ordered_json;

std::string replaced(std::string text, std::string_view what, std::string_view by) {
    for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
        text.replace(at, what.size(), by);
    }
    return text;
}

std::string range_of(const Key& key) {
    if (key.kind == Kind::integer) {
        return std::to_string(key.minimum) + " to " + std::to_string(key.maximum);
    }
    return core::duration_literal(std::chrono::milliseconds(key.minimum)) + " to " +
           core::duration_literal(std::chrono::milliseconds(key.maximum));
}

std::string value_of(const Key& key) {
    switch (key.kind) {
        case Kind::integer:
            return "whole number, " + range_of(key);
        case Kind::duration:
            return "duration, " + range_of(key);
        case Kind::choice:
            return replaced(expected(key), "\"", "`");
        case Kind::zone:
            return "text or object";
        case Kind::columns:
            return "list of lists of texts";
        case Kind::names:
            return "list of texts";
        case Kind::texts:
            return "names with texts";
        case Kind::map:
            return "names with objects";
        case Kind::object:
            return "object";
        case Kind::text:
            break;
    }
    return "text";
}

std::string default_of(const Key& key) {
    if (key.presence == Presence::required) {
        return "*required*";
    }
    const bool literal = key.kind != Kind::zone && key.kind != Kind::columns &&
                         key.kind != Kind::names && key.kind != Kind::texts;
    return literal && !key.fallback.empty() ? "`" + key.fallback + "`" : key.fallback;
}

std::string row(const Key& key) {
    return "| `" + std::string(key.name()) + "` | " + value_of(key) + " | " + default_of(key) + " | " +
           replaced(key.meaning, "|", "\\|") + " |\n";
}

bool has_rows(const Key& key) {
    return key.kind == Kind::object || key.kind == Kind::zone;
}

std::string rows_of(const std::vector<Key>& table, std::string_view section) {
    std::string rows = "| key | value | default | meaning |\n|---|---|---|---|\n";
    for (const auto* key : keys_below(table, section)) {
        rows += row(*key);
    }
    return rows;
}

Json schema_of(const std::vector<Key>& table, const Key& key);

Json object_schema(const std::vector<Key>& table, std::string_view section) {
    Json schema{{"type", "object"}, {"additionalProperties", false}, {"properties", Json::object()}};
    for (const auto* key : keys_below(table, section)) {
        schema["properties"][std::string(key->name())] = schema_of(table, *key);
        if (key->presence == Presence::required) {
            schema["required"].push_back(key->name());
        }
    }
    return schema;
}

Json value_schema(const std::vector<Key>& table, const Key& key) {
    const Json text{{"type", "string"}};
    switch (key.kind) {
        case Kind::object:
            return object_schema(table, key.path);
        case Kind::map:
            return {{"type", "object"}, {"additionalProperties", schema_of(table, *find_key(table, key.path + ".*"))}};
        case Kind::duration:
            return {{"type", "string"}, {"pattern", "^[0-9]+(ms|s|m|h)$"}, {"default", key.fallback}};
        case Kind::integer:
            return {{"type", "integer"},
                    {"minimum", key.minimum},
                    {"maximum", key.maximum},
                    {"default", std::stoll(key.fallback)}};
        case Kind::choice:
            return {{"enum", key.choices}, {"default", key.fallback}};
        case Kind::zone:
            return {{"anyOf", Json::array({text, object_schema(table, key.path)})}};
        case Kind::columns:
            return {{"type", "array"}, {"items", {{"type", "array"}, {"minItems", 1}, {"items", text}}}};
        case Kind::names:
            return {{"type", "array"}, {"items", text}};
        case Kind::texts:
            return {{"type", "object"}, {"additionalProperties", text}};
        case Kind::text:
            break;
    }
    Json schema = text;
    if (key.presence == Presence::required) {
        schema["minLength"] = 1;
    } else if (!key.fallback.empty()) {
        schema["default"] = key.fallback;
    }
    return schema;
}

Json schema_of(const std::vector<Key>& table, const Key& key) {
    Json schema{{"description", replaced(key.meaning, "`", "")}};
    schema.update(value_schema(table, key));
    return schema;
}

constexpr std::string_view introduction = R"(# Configuration

<!-- Written by the unit tests from daemon/settings/keys.cpp; FRESHET_REGENERATE=1 build/dev/unit_settings renews it. -->

`freshetd` reads the file named with `--config`, or else `/etc/freshet/freshet.json`, or else `./freshet.json`. It is JSON
with `//` and `/* */` comments. Unknown keys are errors, and `freshetd check` reports every fault at once, with its line
and column. `SIGHUP` reads the file again; a faulty file is refused and the old one stays in force.

Durations are texts of a whole number and a unit: `"200ms"`, `"2s"`, `"5m"`, `"36h"`. For editors,
`config/freshet.schema.json` is a JSON schema of this file; name it with `"$schema"`.
)";

}  // namespace

std::string reference_markdown() {
    const auto table = keys();
    std::string text(introduction);
    text += "\n## Top level\n\n" + rows_of(table, "");
    for (const auto& key : table) {
        if (has_rows(key)) {
            text += "\n## `" + replaced(key.path, "*", "<name>") + "`\n\n" + key.meaning + "\n\n" +
                    rows_of(table, key.path);
        }
    }
    return text;
}

std::string json_schema() {
    const auto table = keys();
    Json schema{{"$schema", "http://json-schema.org/draft-07/schema#"}, {"title", "freshetd configuration"}};
    schema.update(object_schema(table, ""));
    return schema.dump(2) + "\n";
}

}  // namespace freshet::settings
