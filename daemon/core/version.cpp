#include "freshet/core/version.hpp"

namespace freshet::core {

std::string_view version() noexcept {
    return FRESHET_VERSION;
}

}  // namespace freshet::core
