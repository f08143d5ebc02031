#include "freshet/sql/texts.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

namespace freshet::sql {

std::string_view text(std::string_view path) {
    for (const auto* entry = detail::text_entries; !entry->path.empty(); ++entry) {
        if (entry->path == path) {
            return entry->content;
        }
    }
    throw std::logic_error("no embedded text " + std::string(path));
}

std::vector<std::string_view> text_paths(std::string_view prefix) {
    std::vector<std::string_view> paths;
    for (const auto* entry = detail::text_entries; !entry->path.empty(); ++entry) {
        if (entry->path.starts_with(prefix)) {
            paths.push_back(entry->path);
        }
    }
    std::sort(paths.begin(), paths.end());
    return paths;
}

}  // namespace freshet::sql
