#include "freshet/cli/commands.hpp"
#include "freshet/cli/index_advice_text.hpp"
#include "freshet/cli/locks_text.hpp"
#include "freshet/cli/plan_text.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/install/index_advice.hpp"
#include "freshet/install/install.hpp"

namespace freshet::cli {

namespace {

struct Explanation {
    install::Plan plan;
    std::vector<install::IndexAdvice> indexes;
    std::string lock_policy;
};

Json document(const Explanation& found, const PlanOptions& command) {
    auto json = plan_json(found.plan, command.sql ? Statements::include : Statements::leave_out);
    json["locks"] = locks_json(found.plan);
    json["indexes"] = index_advice_json(found.indexes);
    return json;
}

std::string text(const Explanation& found, const PlanOptions& command, Colour colour) {
    if (command.sql) return plan_script(found.plan);
    PlanSections sections;
    sections.explained = command.explain ? Explained::all : Explained::changed;
    sections.more = {locks_text(found.plan, found.lock_policy, colour), index_advice_text(found.indexes)};
    return plan_text(found.plan, colour, sections);
}

asio::awaitable<Explanation> explain(settings::Settings settings) {
    const auto connection = co_await connect(settings, "plan");
    install::PlanOptions options;
    options.adopt = true;  // say what it would mean; without --adopt, install refuses
    Explanation found;
    found.lock_policy = install::lock_policy(settings.daemon.lock_timeout, install::InstallOptions().lock_patience);
    auto plan = co_await install::make_plan(*connection, std::move(settings), options);
    found.plan = std::move(plan);
    auto indexes = co_await install::index_advice(*connection, found.plan);
    found.indexes = std::move(indexes);
    co_return found;
}

asio::awaitable<ExitCode> plan(PlanOptions command, settings::Settings settings, Output output) {
    const auto found = co_await explain(std::move(settings));
    output.answer(output.json() ? json_text(document(found, command)) : text(found, command, output.colour()));
    co_return command.detailed_exitcode&& found.plan.has_changes() ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace

ExitCode run_command(const PlanOptions& command, const Call& call) {
    return run_coroutine(plan(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
