#include "freshet/cli/commands.hpp"
#include "freshet/cli/format.hpp"
#include "freshet/cli/json.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/install/install.hpp"

namespace freshet::cli {

namespace {

void print(const install::Uninstalled& done, const Output& output) {
    const auto& removed = done.removed;
    if (output.json()) {
        output.answer(json_text({{"removed", removed}, {"ejected", done.ejected}, {"notes", done.notes}}));
        return;
    }
    for (const auto& name : done.ejected) output.answer(name + " is a materialized view now; nothing refreshes it\n");
    for (const auto& note : done.notes) output.answer(note + "\n");
    for (const auto& name : removed) output.answer("removed " + name + "\n");
    const auto count = static_cast<std::int64_t>(removed.size());
    output.answer(removed.empty() ? "nothing to remove\n" : counted(count, "object", "objects") + " removed\n");
}

asio::awaitable<ExitCode> uninstall(UninstallOptions command, settings::Settings settings, Output output) {
    const auto connection = co_await connect(settings, "uninstall");
    install::UninstallOptions options;
    options.purge = command.purge;
    options.eject = command.eject;
    options.views = settings.views;
    options.lock_timeout = settings.daemon.lock_timeout;
    const auto done = co_await install::uninstall(*connection, options);
    print(done, output);
    co_return ExitCode::done;
}

}  // namespace

ExitCode run_command(const UninstallOptions& command, const Call& call) {
    return run_coroutine(uninstall(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
