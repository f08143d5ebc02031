#include "freshet/refresh/refresh.hpp"

#include "freshet/cli/commands.hpp"
#include "freshet/cli/refresh_text.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/select_views.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/cli/table.hpp"
#include "freshet/cli/turn_wait.hpp"
#include "freshet/install/install.hpp"

namespace freshet::cli {

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

refresh::Request request_for(const catalog::StoredView& view, const RefreshOptions& command,
                             const settings::Settings& settings) {
    refresh::Request request;
    request.work = refresh::Work::recompute;
    request.trigger = refresh::Trigger::manual;
    request.tenant = command.tenant;
    request.keep = retention_of(settings, view.name);
    request.locking = command.no_concurrent ? refresh::Locking::blocking : refresh::Locking::concurrent;
    request.announce = true;
    return request;
}

// The view is refreshed with all that are connected with it: they fold what is pending.
asio::awaitable<refresh::Outcome> refresh_when_free(pg::Connection& connection,
                                                    std::vector<refresh::ChainMember> chain, int view_id,
                                                    milliseconds patience) {
    TurnWait turn(patience);
    const auto target = refresh::member_of(chain, view_id);
    while (true) {
        const auto done = co_await refresh::refresh_chain(connection, chain);
        const auto& outcome = refresh::outcome_of(done, chain, target);
        if (outcome.kind != refresh::Outcome::Kind::busy) co_return outcome;
        co_await turn.pause(chain[target].view.display_name());
    }
}

asio::awaitable<refresh::Outcome> bring_up(pg::Connection& connection, std::vector<refresh::ChainMember> chain,
                                           catalog::StoredView view, refresh::Request request, milliseconds patience) {
    auto outcome = co_await refresh_when_free(connection, std::move(chain), view.id, patience);
    // One tenant's rows say nothing about the others'.
    if (view.state == catalog::ViewState::broken && !request.tenant) {
        co_await install::mark_ready(connection, view.id);
    }
    co_return outcome;
}

constexpr std::string_view feature_not_supported = "0A000";

// PostgreSQL says what it cannot do, but not what to do.
std::string hint_for(const core::Error& error, const catalog::StoredView& view) {
    const auto* refusal = dynamic_cast<const pg::Error*>(&error);
    const bool unpopulated = view.strategy == catalog::Strategy::concurrent && refusal != nullptr &&
                             refusal->sqlstate() == feature_not_supported && error.hint().empty();
    return unpopulated ? "run freshetd refresh --no-concurrent " + view.display_name() + " once" : error.hint();
}

// A lost connection ends the command; any other failure is this view's alone.
asio::awaitable<RefreshReport> try_one(pg::Connection& connection, std::vector<refresh::ChainMember> chain,
                                       catalog::StoredView view, refresh::Request request, milliseconds patience) {
    RefreshReport report;
    report.view = view.display_name();
    const auto began = Clock::now();
    try {
        report.outcome = co_await bring_up(connection, std::move(chain), view, request, patience);
    } catch (const core::Error& error) {
        if (!connection.alive()) throw;
        report.error = error.what();
        report.hint = hint_for(error, view);
    }
    report.duration = duration_cast<milliseconds>(Clock::now() - began);
    if (!report.outcome) {
        static_cast<void>(co_await refresh::record_failure(connection, view, request, report.error));
    }
    co_return report;
}

std::size_t longest_name(const std::vector<catalog::StoredView>& views) {
    std::size_t longest = 0;
    for (const auto& view : views) longest = std::max(longest, display_width(view.display_name()));
    return longest;
}

// In a copy of the database all positions are void: every view says so until it is recomputed.
asio::awaitable<void> make_at_home(pg::Connection& connection, Output output) {
    static_cast<void>(co_await require_installation(connection));
    const auto done = co_await install::rehome(connection);
    if (!done.views.empty()) {
        output.remark(done.reason == "restored" ? "freshetd: this database is a copy; every view needs a refresh\n"
                                                : "freshetd: the positions of the views are void; every view needs a refresh\n");
    }
}

asio::awaitable<ExitCode> refresh_views(RefreshOptions command, settings::Settings settings, Output output) {
    const auto connection = co_await connect(settings, "refresh");
    co_await make_at_home(*connection, output);
    const auto stored = co_await catalog::load_views(*connection);
    const auto views = select_views(stored, command.views);
    if (command.tenant) require_tenant_key(views);
    std::vector<RefreshReport> reports;
    for (const auto& view : views) {
        const auto request = request_for(view, command, settings);
        auto chain = chain_with(stored, view, request, settings);
        reports.push_back(co_await try_one(*connection, std::move(chain), view, request,
                                           settings.daemon.statement_timeout));
        output.say(refresh_line(reports.back(), longest_name(views), output.colour()));
    }
    if (output.json()) output.answer(json_text(refresh_json(reports)));
    co_return refresh_code(reports);
}

}  // namespace

ExitCode run_command(const RefreshOptions& command, const Call& call) {
    return run_coroutine(refresh_views(command, load_configuration(call.options).settings, call.output));
}

}  // namespace freshet::cli
