#include "freshet/cli/commands.hpp"
#include "freshet/cli/plan_text.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/session.hpp"

namespace freshet::cli {

namespace {

void print(const install::Plan& plan, const PlanOptions& command, const Output& output) {
    if (output.json()) {
        output.answer(json_text(plan_json(plan, command.sql ? Statements::include : Statements::leave_out)));
    } else {
        const auto which = command.explain ? Explained::all : Explained::changed;
        output.answer(command.sql ? plan_script(plan) : plan_text(plan, output.colour(), which));
    }
}

asio::awaitable<ExitCode> plan(PlanOptions command, settings::Settings settings, Output output) {
    const auto connection = co_await connect(settings, "plan");
    install::PlanOptions options;
    options.adopt = true;  // say what it would mean; without --adopt, install refuses
    const auto plan = co_await install::make_plan(*connection, settings, options);
    print(plan, command, output);
    co_return command.detailed_exitcode&& plan.has_changes() ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace

ExitCode run_command(const PlanOptions& command, const Call& call) {
    return run_coroutine(plan(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
