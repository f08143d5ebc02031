#include "freshet/query/qualify.hpp"

#include "freshet/core/error.hpp"
#include "freshet/query/tree.hpp"

namespace freshet::query {

namespace {

constexpr std::string_view catalog_schema = "pg_catalog";

std::string string_of(const Node& node) {
    return node.node_case == PG_QUERY__NODE__NODE_STRING ? node.string->sval : "";
}

// Of a qualified name: whether it is pg_catalog's already, or can be made so.
class Qualifier {
  public:
    explicit Qualifier(Tree tree) : tree_(std::move(tree)) {}

    std::optional<std::string> write() {
        walk(tree_.expression(), [this](const Node& node) {
            // The tree is ours alone; walk() promises others that it only reads.
            visit(const_cast<Node&>(node));
            return certain_;
        });
        return certain_ ? std::optional(deparse(tree_.expression())) : std::nullopt;
    }

  private:
    void visit(Node& node) {
        switch (node.node_case) {
            case PG_QUERY__NODE__NODE_COLUMN_REF:
            case PG_QUERY__NODE__NODE_A_CONST:
            case PG_QUERY__NODE__NODE_STRING:
            case PG_QUERY__NODE__NODE_BOOL_EXPR:
            case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
            case PG_QUERY__NODE__NODE_NULL_TEST:
            case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
            case PG_QUERY__NODE__NODE_COALESCE_EXPR:
            case PG_QUERY__NODE__NODE_LIST:
            case PG_QUERY__NODE__NODE_INTEGER:
                return;
            case PG_QUERY__NODE__NODE_A_EXPR:
                return visit_operator(*node.a_expr);
            case PG_QUERY__NODE__NODE_TYPE_CAST:
                return visit_type(*node.type_cast->type_name);
            default:
                certain_ = false;
        }
    }

    void visit_operator(PgQuery__AExpr& operation) {
        certain_ = certain_ &&
                   (operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP ||
                    operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY ||
                    operation.kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL) &&
                   put_into_catalog(operation.n_name, operation.name);
    }

    void visit_type(PgQuery__TypeName& type) {
        certain_ =
            certain_ && put_into_catalog(type.n_names, type.names) && !string_of(*type.names[1]).starts_with("reg");
    }

    bool put_into_catalog(std::size_t& count, Node**& names) {
        if (count == 1) {
            const auto name = string_of(*names[0]);
            const auto* qualified = tree_.column_ref({std::string(catalog_schema), name});
            count = qualified->column_ref->n_fields;
            names = qualified->column_ref->fields;
            return !name.empty();
        }
        return count == 2 && string_of(*names[0]) == catalog_schema;
    }

    Tree tree_;
    bool certain_ = true;
};

}  // namespace

std::optional<std::string> qualify(std::string_view expression) {
    try {
        return Qualifier(Tree::parse_expression(expression)).write();
    } catch (const SyntaxError&) {
        return std::nullopt;
    } catch (const core::Error&) {  // the deparser's limits
        return std::nullopt;
    }
}

}  // namespace freshet::query
