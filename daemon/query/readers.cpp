#include "freshet/query/tree.hpp"
#include "reflection.hpp"

namespace freshet::query {
namespace {

constexpr std::size_t nowhere = std::string::npos;

std::size_t first_offset(ProtobufCMessage& message) {
    std::size_t found = nowhere;
    if (const int location = reflection::location(message); location >= 0) {
        return static_cast<std::size_t>(location);
    }
    reflection::each_child(message, [&](ProtobufCMessage*& child) {
        if (found == nowhere) {
            found = first_offset(*child);
        }
    });
    return found;
}

std::vector<std::string> names(std::size_t count, Node** parts) {
    std::vector<std::string> result;
    for (const Node* part : nodes(count, parts)) {
        result.emplace_back(part->node_case == PG_QUERY__NODE__NODE_STRING ? part->string->sval : "*");
    }
    return result;
}

void collect_conjuncts(Node* condition, std::vector<Node*>& out) {
    const bool is_and = condition->node_case == PG_QUERY__NODE__NODE_BOOL_EXPR &&
                        condition->bool_expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR;
    if (!is_and) {
        out.push_back(condition);
        return;
    }
    for (Node* part : nodes(condition->bool_expr->n_args, condition->bool_expr->args)) {
        collect_conjuncts(part, out);
    }
}

}  // namespace

std::size_t offset_of(const Node& node) {
    return first_offset(const_cast<Node&>(node).base);
}

std::vector<std::string> column_ref_parts(const PgQuery__ColumnRef& ref) {
    return names(ref.n_fields, ref.fields);
}

std::vector<std::string> function_name_parts(const PgQuery__FuncCall& call) {
    return names(call.n_funcname, call.funcname);
}

std::vector<Node*> nodes(std::size_t count, Node** list) {
    return {list, list + count};
}

std::vector<Node*> conjuncts(Node* condition) {
    std::vector<Node*> result;
    if (condition != nullptr) {
        collect_conjuncts(condition, result);
    }
    return result;
}

}  // namespace freshet::query
