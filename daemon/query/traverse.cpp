#include <cstddef>

#include "freshet/query/tree.hpp"
#include "reflection.hpp"

namespace freshet::query {
namespace {

using reflection::Message;

using Visit = std::function<bool(const Node&)>;
using Replace = std::function<Node*(Node&)>;

void walk_message(Message& message, const Visit& visit) {
    if (reflection::is_node(message) && !visit(reinterpret_cast<const Node&>(message))) {
        return;
    }
    reflection::each_child(message, [&](Message*& child) { walk_message(*child, visit); });
}

// Walking reads only; the reflection hands out slots because transform() needs them.
Message& mutable_message(const Message& message) {
    return const_cast<Message&>(message);
}

void transform_message(Message*& slot, const Replace& replace) {
    if (reflection::is_node(*slot)) {
        if (Node* replacement = replace(reinterpret_cast<Node&>(*slot))) {
            slot = &replacement->base;
            return;
        }
    }
    reflection::each_child(*slot, [&](Message*& child) { transform_message(child, replace); });
}

}  // namespace

void walk(const Node* node, const Visit& visit) {
    if (node != nullptr) {
        walk_message(mutable_message(node->base), visit);
    }
}

void walk(const PgQuery__SelectStmt& select, const Visit& visit) {
    walk_message(mutable_message(select.base), visit);
}

Node* transform(Node* root, const Replace& replace) {
    if (root == nullptr) {
        return nullptr;
    }
    Message* slot = &root->base;
    transform_message(slot, replace);
    return reinterpret_cast<Node*>(slot);
}

void transform(PgQuery__SelectStmt& root, const Replace& replace) {
    Message* slot = &root.base;
    transform_message(slot, replace);
}

bool equal(const Node* left, const Node* right) {
    return left == nullptr || right == nullptr ? left == right : reflection::same(left->base, right->base);
}

bool equal(const PgQuery__SelectStmt& left, const PgQuery__SelectStmt& right) {
    return reflection::same(left.base, right.base);
}

}  // namespace freshet::query
