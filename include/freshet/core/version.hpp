// Which freshet this is.
#pragma once

#include <string_view>

namespace freshet::core {

// The project's version, e.g. 0.1.0.
std::string_view version() noexcept;

}  // namespace freshet::core
