#include "freshet/app/daemon.hpp"
#include "freshet/cli/commands.hpp"
#include "freshet/cli/session.hpp"

namespace freshet::cli {

ExitCode run_command(const RunOptions&, const Call& call) {
    auto configuration = load_configuration(call.options);
    if (call.output.json()) configuration.settings.log.format = "json";
    return static_cast<ExitCode>(app::run_daemon(std::move(configuration.settings), std::move(configuration.file)));
}

}  // namespace freshet::cli
