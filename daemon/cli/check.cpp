#include "freshet/cli/commands.hpp"
#include "freshet/cli/format.hpp"
#include "freshet/cli/json.hpp"
#include "freshet/cli/run_coroutine.hpp"
#include "freshet/cli/session.hpp"
#include "freshet/install/plan.hpp"

namespace freshet::cli {

namespace {

struct Findings {
    std::vector<core::Fault> faults;
    std::string unreachable;  // why the database was not asked; empty if it was
};

// Without a database, what the text alone tells must do.
struct Attempt {
    std::unique_ptr<pg::Connection> connection;  // null if there is none to be had
    std::string reason;
};

asio::awaitable<Attempt> try_to_connect(settings::Settings settings) {
    Attempt attempt;
    try {
        attempt.connection = co_await connect(settings, "check");
    } catch (const pg::Error& error) {
        if (!error.connection_lost()) throw;
        attempt.reason = error.what();
    }
    co_return attempt;
}

asio::awaitable<std::vector<core::Fault>> ask_server(pg::Connection& connection, settings::Settings settings) {
    install::PlanOptions options;
    options.adopt = true;  // whether to adopt is a question for install
    std::vector<core::Fault> faults;
    try {
        static_cast<void>(co_await install::make_plan(connection, std::move(settings), options));
    } catch (const core::Faults& found) {
        faults = found.faults();
    }
    co_return faults;
}

asio::awaitable<Findings> judge(settings::Settings settings) {
    Findings findings;
    const auto attempt = co_await try_to_connect(settings);
    findings.unreachable = attempt.reason;
    // The text alone does not tell whether a view that it reads groups: where the server can be asked, its word counts.
    if (!attempt.connection) {
        findings.faults = install::check_offline(settings);
        co_return findings;
    }
    auto faults = co_await ask_server(*attempt.connection, std::move(settings));
    findings.faults = std::move(faults);
    co_return findings;
}

ExitCode report(const Findings& findings, const Configuration& configuration, const Output& output) {
    const bool good = findings.faults.empty();
    if (output.json()) {
        output.answer(json_text({{"ok", good},
                                 {"faults", faults_json(findings.faults)},
                                 {"database_checked", findings.unreachable.empty()}}));
    } else if (!good) {
        output.remark(failure_text({ExitCode::usage, "", "", findings.faults}));
    } else {
        const auto views = static_cast<std::int64_t>(configuration.settings.views.size());
        output.answer(configuration.file.string() + ": ok, " + counted(views, "view", "views") + "\n");
    }
    if (!findings.unreachable.empty()) {
        output.remark("freshetd: names and types were not checked: " + findings.unreachable + "\n");
    }
    return good ? ExitCode::done : ExitCode::usage;
}

// A file that does not load is an answer of this command, and no failure of it.
ExitCode report_unreadable(const core::Faults& faults, const Output& output) {
    if (!output.json()) throw faults;
    output.answer(json_text({{"ok", false}, {"faults", faults_json(faults.faults())}, {"database_checked", false}}));
    return ExitCode::usage;
}

asio::awaitable<ExitCode> check(Configuration configuration, Output output) {
    const auto findings = co_await judge(configuration.settings);
    co_return report(findings, configuration, output);
}

}  // namespace

ExitCode run_command(const CheckOptions&, const Call& call) {
    Configuration configuration;
    try {
        configuration = load_configuration(call.options);
    } catch (const core::Faults& faults) {
        return report_unreadable(faults, call.output);
    }
    return run_coroutine(check(std::move(configuration), call.output));
}

}  // namespace freshet::cli
