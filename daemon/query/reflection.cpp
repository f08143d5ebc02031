#include "reflection.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "pg_query.pb-c.h"

namespace freshet::query::reflection {
namespace {

using Field = ProtobufCFieldDescriptor;

template <typename T>
T& at(const Message& message, unsigned offset) {
    // protobuf-c describes members by byte offset; constness is the caller's promise.
    auto* bytes = reinterpret_cast<char*>(const_cast<Message*>(&message));
    return *reinterpret_cast<T*>(bytes + offset);
}

// A string of that name exists, too: the path of a tablespace.
bool is_location(const Field& field) {
    return field.type == PROTOBUF_C_TYPE_INT32 && field.name == std::string_view("location");
}

bool is_position(const Field& field) {
    const std::string_view name = field.name;
    return is_location(field) || name == "stmt_location" || name == "stmt_len";
}

bool in_oneof(const Field& field) {
    return (field.flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
}

bool present(const Message& message, const Field& field) {
    return !in_oneof(field) || at<std::uint32_t>(message, field.quantifier_offset) == field.id;
}

// The fields that hold something: of a oneof, the chosen one. Node has 238 alternatives, hence the look-up.
void each_field(const Message& message, const std::function<void(const Field&)>& visit) {
    if (is_node(message)) {
        const auto chosen = reinterpret_cast<const PgQuery__Node&>(message).node_case;
        if (const Field* field = protobuf_c_message_descriptor_get_field(message.descriptor, chosen)) {
            visit(*field);
        }
        return;
    }
    for (unsigned i = 0; i < message.descriptor->n_fields; ++i) {
        if (const Field& field = message.descriptor->fields[i]; present(message, field)) {
            visit(field);
        }
    }
}

std::size_t size_of(const Field& field) {
    switch (field.type) {
        case PROTOBUF_C_TYPE_INT64:
        case PROTOBUF_C_TYPE_SINT64:
        case PROTOBUF_C_TYPE_SFIXED64:
        case PROTOBUF_C_TYPE_UINT64:
        case PROTOBUF_C_TYPE_FIXED64:
        case PROTOBUF_C_TYPE_DOUBLE:
            return 8;
        case PROTOBUF_C_TYPE_STRING:
        case PROTOBUF_C_TYPE_MESSAGE:
            return sizeof(void*);
        case PROTOBUF_C_TYPE_BYTES:
            return sizeof(ProtobufCBinaryData);
        default:
            return 4;
    }
}

// The values of a field: one, or those of a list.
struct Values {
    char* first;
    std::size_t count;
};

Values values_of(const Message& message, const Field& field) {
    if (field.label == PROTOBUF_C_LABEL_REPEATED) {
        return {at<char*>(message, field.offset), at<std::size_t>(message, field.quantifier_offset)};
    }
    return {&at<char>(message, field.offset), 1};
}

void copy_value(Arena& arena, const Field& field, char* value) {
    if (field.type == PROTOBUF_C_TYPE_STRING) {
        auto*& string = *reinterpret_cast<char**>(value);
        string = string == nullptr ? nullptr : arena.text(string);
    } else if (field.type == PROTOBUF_C_TYPE_MESSAGE) {
        auto*& child = *reinterpret_cast<Message**>(value);
        child = child == nullptr ? nullptr : copy(arena, *child);
    }
}

void copy_field(Arena& arena, const Field& field, Message& message) {
    auto [first, count] = values_of(message, field);
    if (field.label == PROTOBUF_C_LABEL_REPEATED && count > 0) {
        auto* list = static_cast<char*>(arena.allocate(count * size_of(field)));
        std::memcpy(list, first, count * size_of(field));
        at<char*>(message, field.offset) = first = list;
    }
    for (std::size_t i = 0; i < count; ++i) {
        copy_value(arena, field, first + i * size_of(field));
    }
}

std::string_view text_of(const char* string) {
    return string == nullptr ? std::string_view{} : string;
}

bool same_value(const Field& field, const char* left, const char* right) {
    if (field.type == PROTOBUF_C_TYPE_STRING) {
        return text_of(*reinterpret_cast<char* const*>(left)) == text_of(*reinterpret_cast<char* const*>(right));
    }
    if (field.type == PROTOBUF_C_TYPE_MESSAGE) {
        const auto* one = *reinterpret_cast<Message* const*>(left);
        const auto* other = *reinterpret_cast<Message* const*>(right);
        return one == nullptr || other == nullptr ? one == other : same(*one, *other);
    }
    return std::memcmp(left, right, size_of(field)) == 0;
}

bool same_field(const Field& field, const Message& left, const Message& right) {
    if (is_position(field)) {
        return true;
    }
    const Values one = values_of(left, field);
    const Values other = values_of(right, field);
    bool equal = one.count == other.count;
    for (std::size_t i = 0; equal && i < one.count; ++i) {
        equal = same_value(field, one.first + i * size_of(field), other.first + i * size_of(field));
    }
    return equal;
}

const PgQuery__BoolExpr* junction(const PgQuery__Node& node) {
    const bool found = node.node_case == PG_QUERY__NODE__NODE_BOOL_EXPR &&
                       node.bool_expr->boolop != PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR;
    return found ? node.bool_expr : nullptr;
}

void flatten(const PgQuery__BoolExpr& expr, std::vector<const Message*>& out) {
    for (std::size_t i = 0; i < expr.n_args; ++i) {
        const auto* inner = junction(*expr.args[i]);
        if (inner != nullptr && inner->boolop == expr.boolop) {
            flatten(*inner, out);
        } else {
            out.push_back(&expr.args[i]->base);
        }
    }
}

// The grammar flattens `(a AND b) AND c` but not `a AND (b AND c)`; both mean one list, and trees we build may hold
// either.
bool same_junction(const PgQuery__BoolExpr& left, const PgQuery__BoolExpr& right) {
    std::vector<const Message*> one;
    std::vector<const Message*> other;
    flatten(left, one);
    flatten(right, other);
    return left.boolop == right.boolop && std::equal(one.begin(), one.end(), other.begin(), other.end(),
                                                     [](const Message* a, const Message* b) { return same(*a, *b); });
}

}  // namespace

bool is_node(const Message& message) {
    return message.descriptor == &pg_query__node__descriptor;
}

void each_child(Message& message, const std::function<void(Message*&)>& visit) {
    each_field(message, [&](const Field& field) {
        if (field.type != PROTOBUF_C_TYPE_MESSAGE) {
            return;
        }
        const auto [first, count] = values_of(message, field);
        auto** slots = reinterpret_cast<Message**>(first);
        for (std::size_t i = 0; i < count; ++i) {
            if (slots[i] != nullptr) {
                visit(slots[i]);
            }
        }
    });
}

Message* copy(Arena& arena, const Message& message) {
    const std::size_t size = message.descriptor->sizeof_message;
    auto* result = static_cast<Message*>(std::memcpy(arena.allocate(size), &message, size));
    each_field(*result, [&](const Field& field) { copy_field(arena, field, *result); });
    return result;
}

bool same(const Message& left, const Message& right) {
    if (left.descriptor != right.descriptor) {
        return false;
    }
    if (is_node(left)) {
        const auto& one = reinterpret_cast<const PgQuery__Node&>(left);
        const auto& other = reinterpret_cast<const PgQuery__Node&>(right);
        if (junction(one) != nullptr && junction(other) != nullptr) {
            return same_junction(*one.bool_expr, *other.bool_expr);
        }
        const Field* chosen = protobuf_c_message_descriptor_get_field(left.descriptor, one.node_case);
        return one.node_case == other.node_case && (chosen == nullptr || same_field(*chosen, left, right));
    }
    const auto* fields = left.descriptor->fields;
    return std::all_of(fields, fields + left.descriptor->n_fields, [&](const Field& field) {
        return present(left, field) == present(right, field) &&
               (!present(left, field) || same_field(field, left, right));
    });
}

int location(const Message& message) {
    int found = -1;
    each_field(message, [&](const Field& field) {
        if (is_location(field)) {
            found = at<std::int32_t>(message, field.offset);
        }
    });
    return found;
}

void map_locations(Message& message, const std::function<int(const Message&, int)>& map) {
    each_field(message, [&](const Field& field) {
        if (is_location(field)) {
            auto& position = at<std::int32_t>(message, field.offset);
            position = map(message, position);
        }
    });
    each_child(message, [&](Message*& child) { map_locations(*child, map); });
}

bool deeper_than(Message& message, std::size_t limit) {
    bool deeper = limit == 0;
    if (!deeper) {
        each_child(message, [&](Message*& child) { deeper = deeper || deeper_than(*child, limit - 1); });
    }
    return deeper;
}

}  // namespace freshet::query::reflection
