// The command line as values. The only place that knows CLI11 is its source file. Pure.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "freshet/cli/output.hpp"

namespace freshet::cli {

struct CheckOptions {};

struct PlanOptions {
    bool sql = false;
    bool explain = false;
    bool measure = true;
    bool detailed_exitcode = false;
};

struct InstallOptions {
    bool adopt = false;
};

struct UninstallOptions {
    bool purge = false;
    bool eject = false;
};

struct RunOptions {};

struct RefreshOptions {
    std::vector<std::string> views;  // empty: all
    std::optional<std::string> tenant;
    bool no_concurrent = false;
};

struct VerifyOptions {
    std::vector<std::string> views;  // empty: all
    std::optional<std::string> tenant;
    bool repair = false;
};

struct StatusOptions {
    bool watch = false;
};

struct LogOptions {
    std::optional<std::string> view;
    bool failed = false;
    std::int64_t limit = 20;
    bool stats = false;
    std::int64_t days = 7;  // of the statistics
};

struct WaitOptions {
    std::string view;
    std::chrono::milliseconds timeout{30'000};
};

struct DemoOptions {
    std::optional<std::chrono::milliseconds> run_for;  // until a signal
    double scale = 1.0;
    int writers = 2;
};

using Command = std::variant<CheckOptions, PlanOptions, InstallOptions, UninstallOptions, RunOptions, RefreshOptions,
                             VerifyOptions, StatusOptions, LogOptions, WaitOptions, DemoOptions>;

struct Options {
    std::optional<std::filesystem::path> config;
    Format format = Format::human;
    Command command;
};

// What --help or --version print; the command has nothing else to do.
struct Notice {
    std::string text;
};

// `arguments` without the program's name. Throws UsageError.
std::variant<Options, Notice> parse_options(const std::vector<std::string>& arguments);

// Whether --json is among them, for the errors of a command line that does not parse.
Format wanted_format(const std::vector<std::string>& arguments);

}  // namespace freshet::cli
