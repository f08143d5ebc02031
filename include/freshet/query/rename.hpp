// An expression over the columns of one relation, said of another relation. Pure.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace freshet::query {

using NewName = std::function<std::optional<std::string>(const std::string&)>;

// `expression` with every plain column reference under its new name; nullopt if there is none for one of them, or if
// the expression is none that we can read. Throws core::Error if it cannot be written.
std::optional<std::string> rename_columns(std::string_view expression, const NewName& new_name);

}  // namespace freshet::query
