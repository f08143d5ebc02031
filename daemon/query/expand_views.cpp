#include "freshet/query/expand_views.hpp"

#include <algorithm>

#include "freshet/query/tree.hpp"
#include "tokens.hpp"

namespace freshet::query {

namespace {

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

// A place where the text names something, with all that is known of it.
struct Place {
    sql::QualifiedName name;
    std::size_t offset = 0;
    bool aliased = false;
};

std::vector<Place> places_in_from(const PgQuery__SelectStmt& select) {
    const auto with_queries = names_of_with_queries(select);
    std::vector<Place> places;
    walk(select, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
            const auto& relation = *node.range_var;
            const bool bare = *relation.schemaname == '\0';
            if (!bare || !with_queries.contains(relation.relname)) {
                places.push_back({{relation.schemaname, relation.relname},
                                  static_cast<std::size_t>(relation.location),
                                  relation.alias != nullptr});
            }
        }
        return true;
    });
    std::sort(places.begin(), places.end(), [](const auto& a, const auto& b) { return a.offset < b.offset; });
    return places;
}

// schema.relation.column, and schema.relation.*
std::vector<Place> places_in_columns(const PgQuery__SelectStmt& select) {
    std::vector<Place> places;
    walk(select, [&](const Node& node) {
        if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
            const auto parts = column_ref_parts(*node.column_ref);
            if (parts.size() == 3) {
                places.push_back({{parts[0], parts[1]}, static_cast<std::size_t>(node.column_ref->location)});
            }
        }
        return true;
    });
    return places;
}

// Index of the token that begins at or after `offset`.
std::size_t token_at(const std::vector<Token>& tokens, std::size_t offset) {
    const auto found = std::find_if(tokens.begin(), tokens.end(), [&](const auto& one) { return one.begin >= offset; });
    return static_cast<std::size_t>(found - tokens.begin());
}

}  // namespace

std::vector<NamedRelation> named_relations(std::string_view select) {
    const auto tree = Tree::parse_select(select);
    std::vector<NamedRelation> relations;
    for (const auto& place : places_in_from(tree.select())) {
        relations.push_back({place.name, place.offset});
    }
    return relations;
}

std::string expand_views(std::string_view select, const Definition& definition) {
    const auto tree = Tree::parse_select(select);
    const auto tokens = scan(tree.text());
    std::string expanded;
    std::size_t copied = 0;
    for (const auto& place : places_in_from(tree.select())) {
        const auto text = definition(place.name);
        if (!text) {
            continue;
        }
        const auto first = token_at(tokens, place.offset);
        const auto& last = tokens.at(place.name.schema.empty() ? first : first + 2);  // schema . name
        expanded += tree.text().substr(copied, place.offset - copied) + "(" + *text + "\n)" +
                    (place.aliased ? "" : " " + sql::quote(place.name.name));
        copied = last.end;
    }
    return expanded + tree.text().substr(copied);
}

std::string without_schema(std::string_view select, const std::set<sql::QualifiedName>& relations) {
    const auto tree = Tree::parse_select(select);
    const auto tokens = scan(tree.text());
    auto places = places_in_from(tree.select());
    const auto columns = places_in_columns(tree.select());
    places.insert(places.end(), columns.begin(), columns.end());
    std::string result = tree.text();
    for (const auto& place : places) {
        if (!place.name.schema.empty() && relations.contains(place.name)) {
            const auto name = tokens.at(token_at(tokens, place.offset) + 2).begin;
            std::fill(result.begin() + static_cast<std::ptrdiff_t>(place.offset),
                      result.begin() + static_cast<std::ptrdiff_t>(name), ' ');
        }
    }
    return result;
}

}  // namespace freshet::query
