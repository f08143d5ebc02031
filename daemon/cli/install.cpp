#include "freshet/install/install.hpp"

#include "freshet/cli/commands.hpp"
#include "freshet/cli/plan_text.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/session.hpp"

namespace freshet::cli {

namespace {

void print(const install::Plan& plan, const Output& output) {
    if (output.json()) {
        output.answer(json_text(plan_json(plan, Statements::leave_out)));
    } else if (plan.has_changes()) {
        output.answer(done_text(plan));
    } else {
        output.answer("nothing to do: everything is installed as configured\n");
    }
}

asio::awaitable<install::Plan> carry_out(InstallOptions command, settings::Settings settings, Output output) {
    const auto connection = co_await connect(settings, "install");
    Progress progress = output.progress();
    install::InstallOptions options;
    options.plan.adopt = command.adopt;
    options.lock_timeout = settings.daemon.lock_timeout;
    options.progress = [&progress](const install::Progress& now) { progress.show(now.step, now.done, now.total); };
    co_return co_await install::install(*connection, settings, std::move(options));
}

asio::awaitable<ExitCode> install(InstallOptions command, settings::Settings settings, Output output) {
    const auto plan = co_await carry_out(command, std::move(settings), output);
    print(plan, output);
    co_return ExitCode::done;
}

}  // namespace

ExitCode run_command(const InstallOptions& command, const Call& call) {
    return run_coroutine(install(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
