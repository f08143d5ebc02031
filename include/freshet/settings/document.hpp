// A JSON text with // and /* */ comments as a tree in which every key and value knows its line and column.
//
// Not a validator: keys may repeat and mean nothing. The tree keeps the order of the file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/core/error.hpp"

namespace freshet::settings {

struct Member;

struct Node {
    enum class Type { null, boolean, integer, real, text, array, object };

    Type type = Type::null;
    core::Position at;
    std::int64_t integer = 0;
    std::string text;
    std::vector<Node> items;
    std::vector<Member> members;

    // The first member of that name, or null.
    const Member* find(std::string_view key) const;
};

struct Member {
    std::string key;
    core::Position at;  // of the key
    Node value;
};

// "a text", "a whole number": for messages
std::string_view described(Node::Type type);

// Throws core::Faults, with the one fault at which reading had to stop.
Node parse_document(std::string_view text, const std::string& file);

}  // namespace freshet::settings
