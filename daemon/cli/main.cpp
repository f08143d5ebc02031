#include "freshet/cli/main.hpp"

#include "freshet/cli/commands.hpp"

namespace freshet::cli {

namespace {

int report(const Failure& failure, const Output& output) {
    if (output.json() && failure.code != ExitCode::interrupted) {
        output.answer(failure_json(failure));
    } else {
        output.remark(failure_text(failure));
    }
    return static_cast<int>(failure.code);
}

}  // namespace

int run(const std::vector<std::string>& arguments, const Surroundings& surroundings, std::ostream& out,
        std::ostream& err) {
    Output output(wanted_format(arguments), surroundings, out, err);
    try {
        const auto parsed = parse_options(arguments);
        if (const auto* notice = std::get_if<Notice>(&parsed)) {
            output.answer(notice->text);
            return 0;
        }
        const Call call{std::get<Options>(parsed), output};
        const auto code =
            std::visit([&](const auto& command) { return run_command(command, call); }, call.options.command);
        return static_cast<int>(code);
    } catch (...) {
        return report(describe(std::current_exception()), output);
    }
}

}  // namespace freshet::cli
