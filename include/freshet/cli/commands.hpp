// The commands. Each throws whatever ended it early; run() in main.hpp turns that into a code and a message.
#pragma once

#include "freshet/cli/exit_code.hpp"
#include "freshet/cli/options.hpp"
#include "freshet/cli/output.hpp"

namespace freshet::cli {

// What every command needs beside its own options.
struct Call {
    Options options;
    Output output;
};

ExitCode run_command(const CheckOptions& command, const Call& call);
ExitCode run_command(const PlanOptions& command, const Call& call);
ExitCode run_command(const InstallOptions& command, const Call& call);
ExitCode run_command(const UninstallOptions& command, const Call& call);
ExitCode run_command(const RunOptions& command, const Call& call);
ExitCode run_command(const RefreshOptions& command, const Call& call);
ExitCode run_command(const VerifyOptions& command, const Call& call);
ExitCode run_command(const StatusOptions& command, const Call& call);
ExitCode run_command(const LogOptions& command, const Call& call);
ExitCode run_command(const WaitOptions& command, const Call& call);
ExitCode run_command(const DemoOptions& command, const Call& call);

}  // namespace freshet::cli
