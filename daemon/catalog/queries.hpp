// Fixed SQL of this module, by file name. Private to catalog/.
#pragma once

#include <string>
#include <string_view>

#include "freshet/sql/texts.hpp"

namespace freshet::catalog {

inline std::string query_text(std::string_view name) {
    return std::string(sql::text("triggers/queries/catalog/" + std::string(name) + ".sql"));
}

}  // namespace freshet::catalog
