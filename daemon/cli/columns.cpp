#include "freshet/cli/columns.hpp"

#include "freshet/sql/texts.hpp"

namespace freshet::cli {

std::string query_text(std::string_view name) {
    return std::string(sql::text("triggers/queries/cli/" + std::string(name) + ".sql"));
}

}  // namespace freshet::cli
