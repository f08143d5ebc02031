#include "freshet/query/inline_views.hpp"

#include <algorithm>
#include <set>

#include "freshet/query/expand_views.hpp"
#include "freshet/query/tree.hpp"
#include "parser.hpp"
#include "source_text.hpp"
#include "tokens.hpp"

namespace freshet::query {

namespace {

struct Reading {
    sql::QualifiedName relation;
    std::size_t begin = 0;  // of the name, schema included
    bool has_alias = false;
    bool only = false;
};

std::set<std::string> names_of_with_queries(const PgQuery__SelectStmt& select) {
    std::set<std::string> names;
    walk(select, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_COMMON_TABLE_EXPR) {
            names.insert(node.common_table_expr->ctename);
        }
        return true;
    });
    return names;
}

// In text order.
std::vector<Reading> readings(const Tree& tree) {
    const auto with_queries = names_of_with_queries(tree.select());
    std::vector<Reading> found;
    walk(tree.select(), [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
            const auto& variable = *node.range_var;
            sql::QualifiedName name{variable.schemaname, variable.relname};
            if (!name.schema.empty() || !with_queries.contains(name.name)) {
                found.push_back({std::move(name), offset_of(node), variable.alias != nullptr, variable.inh == 0});
            }
        }
        return true;
    });
    std::sort(found.begin(), found.end(), [](const Reading& a, const Reading& b) { return a.begin < b.begin; });
    return found;
}

// The end of a name that begins there.
std::size_t end_of_name(const std::vector<Token>& tokens, const Reading& reading) {
    const auto first =
        std::find_if(tokens.begin(), tokens.end(), [&](const Token& token) { return token.begin == reading.begin; });
    const std::ptrdiff_t parts = reading.relation.schema.empty() ? 1 : 3;  // schema, dot, name
    if (std::distance(first, tokens.end()) < parts) {
        throw std::logic_error("the name " + reading.relation.display() + " is not where the parser saw it");
    }
    return first[parts - 1].end;
}

Inlined with_definitions(const std::string& sql, const ViewDefinitions& views) {
    const auto tree = Tree::parse_select(sql);
    const auto tokens = scan(sql);
    const SourceText text(sql);
    Inlined result;
    std::size_t done = 0;
    for (const auto& reading : readings(tree)) {
        const auto view = views.find(reading.relation);
        if (view == views.end()) {
            continue;
        }
        // A view has no children that ONLY could leave out.
        const auto from = reading.only ? text.last_before(reading.begin, {PG_QUERY__TOKEN__ONLY}) : reading.begin;
        result.sql += sql.substr(done, from - done);
        const auto begin = result.sql.size();
        result.sql += "(" + with_definitions(view->second, views).sql + ")";
        result.parts.push_back({begin, result.sql.size(), view->first});
        if (!reading.has_alias) {
            result.sql += " AS " + sql::quote(reading.relation.name);
        }
        done = end_of_name(tokens, reading);
    }
    result.sql += sql.substr(done);
    check_bounds(result.sql);
    return result;
}

}  // namespace

std::vector<sql::QualifiedName> relations_read(std::string_view sql) {
    std::vector<sql::QualifiedName> relations;
    for (const auto& [name, offset] : named_relations(sql)) {
        if (std::find(relations.begin(), relations.end(), name) == relations.end()) {
            relations.push_back(name);
        }
    }
    return relations;
}

const sql::QualifiedName* Inlined::view_at(std::size_t offset) const {
    const auto part = std::find_if(parts.begin(), parts.end(),
                                   [&](const Part& one) { return one.begin <= offset && offset < one.end; });
    return part == parts.end() ? nullptr : &part->view;
}

Inlined inline_views(std::string_view sql, const ViewDefinitions& views) {
    return with_definitions(std::string(sql), views);
}

std::optional<sql::QualifiedName> relation_at(std::string_view sql, std::size_t offset) {
    for (const auto& [name, begin] : named_relations(sql)) {
        if (begin == offset) {
            return name;
        }
    }
    return std::nullopt;
}

std::size_t position_of_relation(std::string_view user_sql, const sql::QualifiedName& relation) {
    const auto named = named_relations(user_sql);
    for (const auto& schema : {relation.schema, std::string()}) {
        for (const auto& [name, offset] : named) {
            if (name == sql::QualifiedName{schema, relation.name}) {
                return offset;
            }
        }
    }
    return std::string::npos;
}

}  // namespace freshet::query
