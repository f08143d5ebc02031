#include "freshet/refresh/proof_record.hpp"
#include "freshet/refresh/verify.hpp"

#include "freshet/cli/commands.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/select_views.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/cli/turn_wait.hpp"
#include "freshet/cli/verify_text.hpp"

namespace freshet::cli {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

asio::awaitable<refresh::Proof> verify_when_free(pg::Connection& connection, std::vector<refresh::ChainMember> chain,
                                                 int view_id, refresh::VerifyRequest request, milliseconds patience) {
    TurnWait turn(patience);
    const auto target = refresh::member_of(chain, view_id);
    while (true) {
        auto proof = co_await refresh::verify(connection, chain, target, request);
        if (!proof.busy) co_return proof;
        co_await turn.pause(chain[target].view.display_name());
    }
}

refresh::VerifyRequest request_for(const catalog::StoredView& view, const VerifyOptions& command,
                                   const settings::Settings& settings) {
    refresh::VerifyRequest request;
    request.tenant = command.tenant;
    request.keep = retention_of(settings, view.name);
    request.repair = command.repair;
    return request;
}

// A lost connection ends the command; any other failure is this view's alone.
asio::awaitable<VerifyReport> verify_one(pg::Connection& connection, std::vector<refresh::ChainMember> chain,
                                         catalog::StoredView view, refresh::VerifyRequest request,
                                         milliseconds patience) {
    VerifyReport report;
    report.view = view.display_name();
    report.keys = key_columns(view);
    const auto began = Clock::now();
    try {
        report.proof = co_await verify_when_free(connection, std::move(chain), view.id, request, patience);
    } catch (const core::Error& error) {
        if (!connection.alive()) throw;
        report.error = error.what();
        report.hint = error.hint();
    }
    const auto took = Clock::now() - began;
    report.duration = duration_cast<milliseconds>(took);
    refresh::ProofRun run;
    run.tenant = request.tenant;
    run.took = took;
    run.error = report.error;
    co_await refresh::record_proof(connection, view, run, report.proof);
    co_return report;
}

asio::awaitable<ExitCode> verify_views(VerifyOptions command, settings::Settings settings, Output output) {
    const auto connection = co_await connect_installed(settings, "verify");
    const auto stored = co_await catalog::load_views(*connection);
    const auto views = select_views(stored, command.views);
    if (command.tenant) require_tenant_key(views);
    std::vector<VerifyReport> reports;
    for (const auto& view : views) {
        const auto request = request_for(view, command, settings);
        refresh::Request own;
        own.trigger = refresh::Trigger::manual;
        own.keep = request.keep;
        auto chain = chain_with(stored, view, std::move(own), settings);
        reports.push_back(co_await verify_one(*connection, std::move(chain), view, request,
                                              settings.daemon.statement_timeout));
        output.say(verify_text(reports.back(), output.colour()));
    }
    if (output.json()) output.answer(json_text(verify_json(reports)));
    co_return verify_code(reports);
}

}  // namespace

ExitCode run_command(const VerifyOptions& command, const Call& call) {
    return run_coroutine(verify_views(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
