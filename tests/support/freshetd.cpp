#include "support/freshetd.hpp"

#include <stdexcept>

namespace freshet::testing {

Freshetd::Freshetd(std::filesystem::path program, const std::string& configuration)
    : program_(std::move(program)), file_(directory_.path() / "freshet.json") {
    configure(configuration);
}

void Freshetd::configure(const std::string& configuration) {
    write_text(file_, configuration);
}

Finished Freshetd::command(std::vector<std::string> arguments, std::chrono::milliseconds limit) {
    arguments.insert(arguments.begin(), {"--config", file_.string()});
    ProcessOptions options;
    options.arguments = std::move(arguments);
    return run_process(program_, options, limit);
}

std::unique_ptr<Process> Freshetd::launch(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"--config", file_.string()});
    ProcessOptions options;
    options.arguments = std::move(arguments);
    return std::make_unique<Process>(program_, options);
}

std::string Freshetd::must(std::vector<std::string> arguments) {
    const std::string name = arguments.front();
    const Finished finished = command(std::move(arguments));
    if (finished.code != 0) {
        throw std::runtime_error("freshetd " + name + " ended with " + std::to_string(finished.code) + ":\n" +
                                 finished.output + finished.errors);
    }
    return finished.output;
}

void Freshetd::start() {
    ProcessOptions options;
    options.arguments = {"--config", file_.string(), "run"};
    daemon_ = std::make_unique<Process>(program_, options);
}

void Freshetd::kill() {
    daemon_->send_signal(SIGKILL);
    if (!daemon_->wait(std::chrono::seconds(20))) throw std::runtime_error("freshetd survived SIGKILL");
}

std::optional<int> Freshetd::terminate(std::chrono::milliseconds limit) {
    daemon_->send_signal(SIGTERM);
    return daemon_->wait(limit);
}

std::uint16_t Freshetd::port() {
    const std::string text = log();
    const auto line = text.find("\"listening\"");
    const auto value = text.find("\"port\":", line);
    if (line == std::string::npos || value == std::string::npos) return 0;
    return static_cast<std::uint16_t>(std::stoi(text.substr(text.find_first_of("0123456789", value))));
}

}  // namespace freshet::testing
