#include "freshet/cli/commands.hpp"
#include "freshet/cli/locks_text.hpp"
#include "freshet/cli/plan_text.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/install/install.hpp"

namespace freshet::cli {

namespace {

std::string locks(const install::Plan& plan, const settings::Settings& settings, Colour colour) {
    const install::InstallOptions options;
    return locks_text(plan, install::lock_policy(settings.daemon.lock_timeout, options.lock_patience), colour);
}

Json document(const install::Plan& plan, const PlanOptions& command) {
    auto json = plan_json(plan, command.sql ? Statements::include : Statements::leave_out);
    json["locks"] = locks_json(plan);
    return json;
}

std::string text(const install::Plan& plan, const PlanOptions& command, const settings::Settings& settings,
                 Colour colour) {
    PlanSections sections;
    sections.explained = command.explain ? Explained::all : Explained::changed;
    sections.more.push_back(locks(plan, settings, colour));
    return command.sql ? plan_script(plan) : plan_text(plan, colour, sections);
}

asio::awaitable<ExitCode> plan(PlanOptions command, settings::Settings settings, Output output) {
    const auto connection = co_await connect(settings, "plan");
    install::PlanOptions options;
    options.adopt = true;  // say what it would mean; without --adopt, install refuses
    const auto plan = co_await install::make_plan(*connection, settings, options);
    output.answer(output.json() ? json_text(document(plan, command)) : text(plan, command, settings, output.colour()));
    co_return command.detailed_exitcode&& plan.has_changes() ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace

ExitCode run_command(const PlanOptions& command, const Call& call) {
    return run_coroutine(plan(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
