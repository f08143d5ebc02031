// `freshetd run`: the composition root. Builds every object once, in dependency order, and runs the event loop until a
// signal ends it.
#pragma once

#include <filesystem>

#include "freshet/settings/settings.hpp"

namespace freshet::app {

// Blocks. Returns the exit code: 0 after a drain that was asked for. Throws core::Error for what cannot work at all,
// such as an HTTP address in use. SIGHUP loads `config_file` again; an invalid file is refused and the old one stays.
int run_daemon(settings::Settings settings, std::filesystem::path config_file);

}  // namespace freshet::app
