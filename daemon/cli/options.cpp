#include "freshet/cli/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <charconv>

#include "freshet/cli/exit_code.hpp"
#include "freshet/core/duration.hpp"
#include "freshet/core/nearest.hpp"
#include "freshet/core/version.hpp"

namespace freshet::cli {

namespace {

constexpr const char* footer =
    "Exit status: 0 done, 1 the answer is no, 2 bad usage or configuration, 3 database unreachable,\n"
    "4 a refresh failed. Durations: 200ms, 2s, 5m, 36h.";

// Everything the parser writes into; the command is chosen by the subcommand's callback.
struct Draft {
    Options options;
    CheckOptions check;
    PlanOptions plan;
    InstallOptions install;
    UninstallOptions uninstall;
    RunOptions run;
    RefreshOptions refresh;
    VerifyOptions verify;
    StatusOptions status;
    LogOptions log;
    WaitOptions wait;
    DemoOptions demo;
};

void add_json(CLI::App& app, Draft& draft) {
    app.add_flag_callback(
        "--json", [&draft] { draft.options.format = Format::json; }, "Print JSON instead of text for people");
}

template <typename Chosen>
CLI::App& add_command(CLI::App& app, Draft& draft, const std::string& name, const std::string& what, Chosen& chosen) {
    CLI::App& command = *app.add_subcommand(name, what);
    command.fallthrough();  // --config after the command
    add_json(command, draft);
    command.callback([&draft, &chosen] { draft.options.command = chosen; });
    return command;
}

std::chrono::milliseconds duration_of(const std::string& option, const std::string& text) {
    try {
        return core::parse_duration(text);
    } catch (const std::invalid_argument& refusal) {
        throw CLI::ValidationError(option, std::string(refusal.what()) + "; write it as 200ms, 2s, 5m or 36h");
    }
}

// CLI11's own validators would say "Number less or equal to 0".
std::string refuse_unless_above_zero(const std::string& text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool good = error == std::errc() && end == text.data() + text.size() && number > 0;
    return good ? "" : "\"" + text + "\" is not a number above 0";
}

void add_views(CLI::App& command, std::vector<std::string>& views, std::optional<std::string>& tenant) {
    command.add_option("view", views, "Views, all if none is named")->type_name("VIEW");
    command
        .add_option_function<std::string>(
            "--tenant,--firm-id", [&tenant](const std::string& value) { tenant = value; }, "Only this tenant's rows")
        ->type_name("VALUE");
}

void add_setup_commands(CLI::App& app, Draft& draft) {
    add_command(app, draft, "check", "Validate the configuration and the SQL of its views", draft.check);
    auto& plan = add_command(app, draft, "plan", "Show what install would create, change or drop", draft.plan);
    plan.add_flag("--sql", draft.plan.sql, "Print every statement");
    plan.add_flag("--explain", draft.plan.explain, "Explain views that stay as they are, too");
    plan.add_flag("!--no-measure", draft.plan.measure, "Do not measure what capture costs on temporary copies");
    plan.add_flag("--detailed-exitcode", draft.plan.detailed_exitcode, "Exit 1 if there is something to do");
    auto& install = add_command(app, draft, "install", "Carry out the plan and fill the views", draft.install);
    install.add_flag("--adopt", draft.install.adopt,
                     "Replace a materialized view of the same name, keeping grants, comments, indexes, views on top");
    auto& uninstall = add_command(app, draft, "uninstall", "Remove what install made", draft.uninstall);
    uninstall.add_flag("--eject", draft.uninstall.eject,
                       "Leave an ordinary materialized view in the place of each view");
    uninstall.add_flag("--purge", draft.uninstall.purge, "Remove the refresh history, too");
}

void add_refresh_commands(CLI::App& app, Draft& draft) {
    auto& refresh = add_command(app, draft, "refresh", "Recompute now, writing only differences", draft.refresh);
    add_views(refresh, draft.refresh.views, draft.refresh.tenant);
    refresh.add_flag("--no-concurrent", draft.refresh.no_concurrent,
                     "Refresh materialized views without CONCURRENTLY, which blocks their readers");
    auto& verify = add_command(app, draft, "verify", "Prove that each view equals its query", draft.verify);
    add_views(verify, draft.verify.views, draft.verify.tenant);
    verify.add_flag("--repair", draft.verify.repair, "Put right what differs");
}

void add_watch_commands(CLI::App& app, Draft& draft) {
    auto& status = add_command(app, draft, "status", "Show how fresh and how well each view is", draft.status);
    status.add_flag("--watch", draft.status.watch, "Keep showing it, once a second");
    auto& log = add_command(app, draft, "log", "Show the history of refreshes, newest first", draft.log);
    log.add_option_function<std::string>(
           "view", [&draft](const std::string& value) { draft.log.view = value; }, "Only of this view")
        ->type_name("VIEW");
    auto* const failed = log.add_flag("--failed", draft.log.failed, "Only those that failed");
    auto* const stats = log.add_flag("--stats", draft.log.stats, "Counts, success rate and durations of a period")
                            ->excludes(failed);
    log.add_option("--days", draft.log.days, "Length of the period, from now back")
        ->type_name("N")
        ->capture_default_str()
        ->check(refuse_unless_above_zero)
        ->needs(stats);
    log.add_option("--limit", draft.log.limit, "At most so many")
        ->type_name("N")
        ->capture_default_str()
        ->check(refuse_unless_above_zero);
    auto& wait = add_command(app, draft, "wait", "Return once everything committed before is visible", draft.wait);
    wait.add_option("view", draft.wait.view, "The view to wait for")->type_name("VIEW")->required();
    wait.add_option_function<std::string>(
            "--timeout", [&draft](const std::string& text) { draft.wait.timeout = duration_of("--timeout", text); },
            "Give up after this long")
        ->type_name("DURATION")
        ->default_str("30s");
}

void add_demo(CLI::App& app, Draft& draft) {
    auto& demo = add_command(app, draft, "demo", "Show it all on a private PostgreSQL with a sample firm", draft.demo);
    demo.add_option_function<std::string>(
            "--for", [&draft](const std::string& text) { draft.demo.run_for = duration_of("--for", text); },
            "End after this long instead of at a signal")
        ->type_name("DURATION");
    demo.add_option("--scale", draft.demo.scale, "Size of the sample firm, 1 being three years of 100 projects")
        ->type_name("X")
        ->capture_default_str()
        ->check(refuse_unless_above_zero);
    demo.add_option("--writers", draft.demo.writers, "Sessions that write at the same time")
        ->type_name("N")
        ->capture_default_str()
        ->check(refuse_unless_above_zero);
}

void describe(CLI::App& app, Draft& draft) {
    app.name("freshetd");
    app.description("Keeps PostgreSQL report views exact and fresh");
    app.footer(footer);
    app.set_version_flag("--version", "freshetd " + std::string(core::version()));
    app.require_subcommand(1);
    app.add_option_function<std::string>(
           "--config", [&draft](const std::string& path) { draft.options.config = path; },
           "The configuration, instead of /etc/freshet/freshet.json or ./freshet.json")
        ->type_name("FILE");
    add_json(app, draft);
    add_setup_commands(app, draft);
    add_command(app, draft, "run", "Be the daemon, in the foreground", draft.run);
    add_refresh_commands(app, draft);
    add_watch_commands(app, draft);
    add_demo(app, draft);
}

// "Could not convert: --limit = x" as one of ours.
std::string in_our_style(std::string text) {
    if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1])) != 0) {
        text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
    }
    return text;
}

std::vector<std::string> command_names(const CLI::App& app) {
    std::vector<std::string> names;
    for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
        names.push_back(command->get_name());
    }
    return names;
}

std::vector<std::string> option_names(const CLI::App& app, const CLI::App& command) {
    std::vector<std::string> names;
    for (const CLI::App* scope : {&command, &app}) {
        for (const CLI::Option* option : scope->get_options()) {
            for (const auto& name : option->get_lnames()) names.push_back("--" + name);
        }
    }
    return names;
}

std::string suggestion(const std::string& given, const std::vector<std::string>& known, const std::string& otherwise) {
    const auto best = core::nearest(given, known);
    return best ? "did you mean " + *best + "?" : otherwise;
}

UsageError usage_error(const CLI::App& app, const CLI::ParseError& error) {
    const auto chosen = app.get_subcommands();
    const CLI::App& scope = chosen.empty() ? app : *chosen.front();
    const std::string help = "see freshetd " + (chosen.empty() ? "" : scope.get_name() + " ") + "--help";
    const auto extras = app.remaining(true);
    if (!extras.empty() && extras.front().starts_with('-')) {
        return UsageError("unknown option " + extras.front(),
                          suggestion(extras.front(), option_names(app, scope), help));
    }
    if (!extras.empty() && chosen.empty()) {
        return UsageError("unknown command " + extras.front(), suggestion(extras.front(), command_names(app), help));
    }
    if (!extras.empty()) return UsageError("unexpected argument " + extras.front() + " of " + scope.get_name(), help);
    if (chosen.empty() && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
        return UsageError("no command given", help);
    }
    return UsageError(in_our_style(error.what()), help);
}

std::string help_of(const CLI::App& app) {
    const auto chosen = app.get_subcommands();
    return chosen.empty() ? app.help() : chosen.front()->help("freshetd");
}

}  // namespace

std::variant<Options, Notice> parse_options(const std::vector<std::string>& arguments) {
    CLI::App app;
    Draft draft;
    describe(app, draft);
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());  // as CLI11 wants them
    try {
        app.parse(std::move(reversed));
    } catch (const CLI::CallForVersion& version) {
        return Notice{std::string(version.what()) + "\n"};
    } catch (const CLI::Success&) {
        return Notice{help_of(app)};
    } catch (const CLI::ParseError& error) {
        throw usage_error(app, error);
    }
    return draft.options;
}

Format wanted_format(const std::vector<std::string>& arguments) {
    const bool json = std::find(arguments.begin(), arguments.end(), "--json") != arguments.end();
    return json ? Format::json : Format::human;
}

}  // namespace freshet::cli
