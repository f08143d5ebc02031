#include "outputs.hpp"

#include <algorithm>
#include <array>

#include "scope.hpp"

namespace freshet::query {

namespace {

class Splitter {
  public:
    Splitter(Tree& tree, const PgQuery__SelectStmt& select) : tree_(tree), select_(select) {}

    Grouping run() {
        for (auto* key : nodes(select_.n_group_clause, select_.group_clause)) {
            key_index(key);
        }
        for (const auto* target : nodes(select_.n_target_list, select_.target_list)) {
            add_output(*target->res_target);
        }
        return std::move(grouping_);
    }

  private:
    void add_output(const PgQuery__ResTarget& target);
    Node* replace(Node& node);
    std::size_t key_index(Node* expression);
    Node* aggregate(const PgQuery__FuncCall& call, const Node& node);
    int input_index(Node* expression);

    Tree& tree_;
    const PgQuery__SelectStmt& select_;
    Grouping grouping_;
};

bool is_moment_of_writing(const Node& node) {
    if (node.node_case == PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION) {
        return node.sqlvalue_function->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP;
    }
    if (node.node_case != PG_QUERY__NODE__NODE_FUNC_CALL || node.func_call->n_args != 0) {
        return false;
    }
    const auto name = function_name_parts(*node.func_call);
    return name.back() == "now" && (name.size() == 1 || name.front() == "pg_catalog");
}

struct AggregateName {
    std::string_view name;
    AggregateKind kind;
};
constexpr std::array aggregate_names = {
    AggregateName{"count", AggregateKind::count}, AggregateName{"sum", AggregateKind::sum},
    AggregateName{"avg", AggregateKind::avg},     AggregateName{"min", AggregateKind::min},
    AggregateName{"max", AggregateKind::max},
};

const AggregateName* aggregate_name(const PgQuery__FuncCall& call) {
    const auto parts = function_name_parts(call);
    if (parts.size() == 2 && parts.front() != "pg_catalog") {
        return nullptr;
    }
    const auto* found = std::find_if(aggregate_names.begin(), aggregate_names.end(),
                                     [&](const auto& entry) { return entry.name == parts.back(); });
    return found == aggregate_names.end() ? nullptr : found;
}

AggregateKind kind_of(const AggregateName& name, const PgQuery__FuncCall& call, const Node& node) {
    const bool distinct = call.agg_distinct != 0;
    if (distinct && name.kind == AggregateKind::count) {
        return AggregateKind::count_distinct;
    }
    if (distinct && (name.kind == AggregateKind::sum || name.kind == AggregateKind::avg)) {
        reject(&node, std::string(name.name) + "(DISTINCT ...) is not maintained incrementally",
               "use strategy concurrent for this view");
    }
    return name.kind;
}

std::size_t find_equal(const std::vector<Node*>& list, const Node* wanted) {
    return static_cast<std::size_t>(
        std::find_if(list.begin(), list.end(), [&](const Node* node) { return equal(node, wanted); }) - list.begin());
}

}  // namespace

void Splitter::add_output(const PgQuery__ResTarget& target) {
    Output output;
    output.name = output_name(target);
    if (is_moment_of_writing(*target.val)) {
        output.kind = OutputKind::refreshed_at;
    } else {
        const auto key = find_equal(grouping_.keys, target.val);
        const bool column = target.val->node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
        output.kind = key < grouping_.keys.size() || column ? OutputKind::key : OutputKind::computed;
        output.expression = deparse(transform(tree_.clone(target.val), [this](Node& node) { return replace(node); }));
    }
    grouping_.outputs.push_back(std::move(output));
}

Node* Splitter::replace(Node& node) {
    if (const auto key = find_equal(grouping_.keys, &node); key < grouping_.keys.size()) {
        return tree_.column_ref({"k" + std::to_string(key)});
    }
    if (node.node_case == PG_QUERY__NODE__NODE_COLUMN_REF) {
        // Determined by a grouped primary key: as a key of its own it makes the same groups.
        return tree_.column_ref({"k" + std::to_string(key_index(&node))});
    }
    if (node.node_case == PG_QUERY__NODE__NODE_FUNC_CALL && aggregate_name(*node.func_call) != nullptr) {
        return aggregate(*node.func_call, node);
    }
    return nullptr;
}

std::size_t Splitter::key_index(Node* expression) {
    const auto index = find_equal(grouping_.keys, expression);
    if (index == grouping_.keys.size()) {
        grouping_.keys.push_back(tree_.clone(expression));
    }
    return index;
}

Node* Splitter::aggregate(const PgQuery__FuncCall& call, const Node& node) {
    Aggregate aggregate;
    aggregate.kind = kind_of(*aggregate_name(call), call, node);
    if (call.agg_star != 0) {
        aggregate.kind = AggregateKind::count_rows;
        if (call.agg_filter != nullptr) {
            const auto one = Tree::parse_expression("1");
            aggregate.kind = AggregateKind::count;
            aggregate.input = input_index(tree_.case_when(call.agg_filter, tree_.clone(one.expression())));
        }
    } else {
        auto* value = call.args[0];
        aggregate.input = input_index(call.agg_filter == nullptr ? value : tree_.case_when(call.agg_filter, value));
    }
    auto& known = grouping_.aggregates;
    const auto found = std::find(known.begin(), known.end(), aggregate);
    const auto index = found - known.begin();
    if (found == known.end()) {
        known.push_back(aggregate);
    }
    return tree_.column_ref({"a" + std::to_string(index)});
}

int Splitter::input_index(Node* expression) {
    const auto index = find_equal(grouping_.inputs, expression);
    if (index == grouping_.inputs.size()) {
        grouping_.inputs.push_back(tree_.clone(expression));
    }
    return static_cast<int>(index);
}

Grouping split_select_list(Tree& tree, const PgQuery__SelectStmt& select) {
    return Splitter(tree, select).run();
}

}  // namespace freshet::query
