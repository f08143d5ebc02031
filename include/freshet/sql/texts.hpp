// Fixed texts compiled into the binary: the files below triggers/ and config/, by their path in the repository.
//
// Immutable after start-up, safe from every thread.
#pragma once

#include <string_view>
#include <vector>

namespace freshet::sql {

// The content of one embedded file, e.g. text("triggers/schema/001_catalog.sql"). Throws std::logic_error for a path
// that was not embedded: that is a mistake of ours, not of the world's.
std::string_view text(std::string_view path);

// The embedded paths that start with `prefix`, in ascending order.
std::vector<std::string_view> text_paths(std::string_view prefix);

namespace detail {
struct TextEntry {
    std::string_view path;
    std::string_view content;
};
extern const TextEntry text_entries[];  // ends with an empty path
}  // namespace detail

}  // namespace freshet::sql
