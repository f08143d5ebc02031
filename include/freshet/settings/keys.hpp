// Every configuration key, once: reading, docs/configuration.md and the JSON schema all come from this table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "freshet/settings/document.hpp"

namespace freshet::settings {

enum class Kind {
    object,    // a section with the keys below it
    map,       // names given by the user, each with the keys below "<path>.*"
    text,      //
    duration,  // "200ms", "2s", "5m", "36h"
    integer,   //
    choice,    // a text out of `choices`
    zone,      // a zone name, or an object with the keys below
    columns,   // a list of lists of texts
    names,     // a list of texts
    texts,     // names given by the user, each with a text
};

enum class Presence { optional, required };

struct Key {
    std::string path;  // "views.*.debounce"; the star stands for a name given by the user
    Kind kind = Kind::text;
    std::string fallback;  // the default, as people read it; empty if there is none
    std::string meaning;
    Presence presence =
        Presence::optional;  // required: whenever the section around it is there; texts must not be empty
    std::vector<std::string> choices = {};
    std::int64_t minimum = 0;  // of integers, and of durations in milliseconds
    std::int64_t maximum = 0;

    // The last part of the path.
    std::string_view name() const;
    // Whether a JSON value of that type can be right at all.
    bool accepts(Node::Type type) const;
};

// In the order of the reference. A section stands before its keys.
std::vector<Key> keys();

// Null if there is no such key.
const Key* find_key(const std::vector<Key>& table, std::string_view path);

// The keys directly below `section` ("" for the top level).
std::vector<const Key*> keys_below(const std::vector<Key>& table, std::string_view section);

// "a whole number", `a duration such as "200ms" or "36h"`: what a value must be, for messages.
std::string expected(const Key& key);

}  // namespace freshet::settings
