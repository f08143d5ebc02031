#include "freshet/demo/demo.hpp"

#include <filesystem>

#include "freshet/cli/commands.hpp"

namespace freshet::cli {

ExitCode run_command(const DemoOptions& command, const Call& call) {
    demo::DemoOptions options;
    options.run_for = command.run_for;
    options.scale = command.scale;
    options.writers = command.writers;
    options.json = call.output.json();
    options.executable = std::filesystem::read_symlink("/proc/self/exe");
    return static_cast<ExitCode>(demo::run_demo(options));
}

}  // namespace freshet::cli
