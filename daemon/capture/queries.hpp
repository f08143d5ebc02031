// Fixed SQL of this module, by file name. Private to capture/.
#pragma once

#include <string>
#include <string_view>

#include "freshet/sql/texts.hpp"

namespace freshet::capture {

inline std::string query_text(std::string_view name) {
    return std::string(sql::text("triggers/queries/capture/" + std::string(name) + ".sql"));
}

}  // namespace freshet::capture
