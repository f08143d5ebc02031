// Generic work on protobuf-c messages through their descriptors, so that no node type needs code of its own.
//
// Positions in the source text are no part of a tree's meaning: comparing skips them, moving touches only them.
#pragma once

#include <protobuf-c/protobuf-c.h>

#include <cstddef>
#include <functional>

#include "arena.hpp"

namespace freshet::query::reflection {

using Message = ProtobufCMessage;

bool is_node(const Message& message);

// Calls `visit` with every message-typed slot that is set, in field order. The slot may be assigned to.
void each_child(Message& message, const std::function<void(Message*&)>& visit);

Message* copy(Arena& arena, const Message& message);
bool same(const Message& left, const Message& right);

// The node's own position, or -1.
int location(const Message& message);
// Replaces every position below and including `message`.
void map_locations(Message& message, const std::function<int(const Message&, int)>& map);

// Whether a path down from `message` has more than `limit` messages. Looks no further down than that.
bool deeper_than(Message& message, std::size_t limit);

}  // namespace freshet::query::reflection
