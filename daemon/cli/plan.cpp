#include "freshet/cli/capture_cost_text.hpp"
#include "freshet/cli/commands.hpp"
#include "freshet/cli/index_advice_text.hpp"
#include "freshet/cli/locks_text.hpp"
#include "freshet/cli/plan_text.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/install/capture_cost.hpp"
#include "freshet/install/index_advice.hpp"
#include "freshet/install/install.hpp"

namespace freshet::cli {

namespace {

constexpr std::chrono::milliseconds time_to_measure{700};

struct Explanation {
    install::Plan plan;
    std::vector<install::CaptureCost> costs;
    std::vector<install::IndexAdvice> indexes;
    std::string lock_policy;
};

Json document(const Explanation& found, const PlanOptions& command) {
    auto json = plan_json(found.plan, command.sql ? Statements::include : Statements::leave_out);
    json["locks"] = locks_json(found.plan);
    json["indexes"] = index_advice_json(found.indexes);
    json["capture_cost"] = capture_cost_json(found.costs);
    return json;
}

std::string text(const Explanation& found, const PlanOptions& command, Colour colour) {
    if (command.sql) return plan_script(found.plan);
    PlanSections sections;
    sections.explained = command.explain ? Explained::all : Explained::changed;
    sections.more = {locks_text(found.plan, found.lock_policy, colour), capture_cost_text(found.costs, colour),
                     index_advice_text(found.indexes)};
    return plan_text(found.plan, colour, sections);
}

asio::awaitable<Explanation> explain(PlanOptions command, settings::Settings settings) {
    const auto connection = co_await connect(settings, "plan");
    install::PlanOptions options;
    options.adopt = true;  // say what it would mean; without --adopt, install refuses
    Explanation found;
    found.lock_policy = install::lock_policy(settings.daemon.lock_timeout, install::InstallOptions().lock_patience);
    auto plan = co_await install::make_plan(*connection, std::move(settings), options);
    found.plan = std::move(plan);
    auto indexes = co_await install::index_advice(*connection, found.plan);
    found.indexes = std::move(indexes);
    if (command.measure && !command.sql) {
        auto costs = co_await install::measure_capture(*connection, found.plan, time_to_measure);
        found.costs = std::move(costs);
    }
    co_return found;
}

asio::awaitable<ExitCode> plan(PlanOptions command, settings::Settings settings, Output output) {
    const auto found = co_await explain(command, std::move(settings));
    output.answer(output.json() ? json_text(document(found, command)) : text(found, command, output.colour()));
    co_return command.detailed_exitcode&& found.plan.has_changes() ? ExitCode::answer_is_no : ExitCode::done;
}

}  // namespace

ExitCode run_command(const PlanOptions& command, const Call& call) {
    return run_coroutine(plan(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
