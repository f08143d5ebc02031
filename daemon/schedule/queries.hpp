// The fixed SQL of this module.
#pragma once

#include <string>
#include <string_view>

#include "freshet/sql/texts.hpp"

namespace freshet::schedule {

inline std::string query_text(std::string_view name) {
    return std::string(sql::text("triggers/queries/schedule/" + std::string(name) + ".sql"));
}

}  // namespace freshet::schedule
