#include "support/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

namespace freshet::testing {

namespace {

struct Identity {
    uid_t user = 0;
    gid_t group = 0;
};

std::optional<Identity> identity_of(const std::string& user) {
    if (user.empty()) return std::nullopt;
    const passwd* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr) throw std::runtime_error("there is no user " + user);
    return Identity{entry->pw_uid, entry->pw_gid};
}

std::vector<std::string> environment_of(const ProcessOptions& options) {
    std::vector<std::string> result;
    for (const auto& [name, value] : options.environment) result.push_back(name + "=" + value);
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string text = *entry;
        if (!options.environment.contains(text.substr(0, text.find('=')))) result.push_back(text);
    }
    return result;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

Descriptor open_for_output(const std::filesystem::path& file) {
    Descriptor descriptor(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!descriptor) throw_errno("cannot open " + file.string());
    return descriptor;
}

// All that the child needs, made before the fork: after it, only async-signal-safe calls are allowed.
struct Launch {
    std::string program;
    std::string directory;
    std::vector<char*> arguments;
    std::vector<char*> environment;
    std::optional<Identity> identity;
    int output = -1;
    int errors = -1;
    int death_signal = 0;
    pid_t parent = 0;
};

bool become(const Identity& identity) {
    return ::setgroups(0, nullptr) == 0 && ::setgid(identity.group) == 0 && ::setuid(identity.user) == 0;
}

[[noreturn]] void run_child(const Launch& launch) {
    constexpr int cannot_execute = 127;
    ::dup2(launch.output, STDOUT_FILENO);
    ::dup2(launch.errors, STDERR_FILENO);
    if (launch.identity && !become(*launch.identity)) ::_exit(cannot_execute);
    ::prctl(PR_SET_PDEATHSIG, launch.death_signal);  // after setuid, which clears it
    if (::getppid() != launch.parent) ::_exit(cannot_execute);
    if (!launch.directory.empty() && ::chdir(launch.directory.c_str()) != 0) ::_exit(cannot_execute);
    ::execve(launch.program.c_str(), launch.arguments.data(), launch.environment.data());
    ::_exit(cannot_execute);
}

}  // namespace

Process::Process(std::filesystem::path program, ProcessOptions options) {
    start(program, options);
}

void Process::start(const std::filesystem::path& program, const ProcessOptions& options) {
    std::vector<std::string> arguments = options.arguments;
    arguments.insert(arguments.begin(), program.string());
    std::vector<std::string> environment = environment_of(options);
    const Descriptor output = open_for_output(files_.path() / "output");
    const Descriptor errors = open_for_output(files_.path() / "errors");
    const Launch launch{program.string(),      options.directory.string(), pointers(arguments),
                        pointers(environment), identity_of(options.user),  output.get(),
                        errors.get(),          options.death_signal,       ::getpid()};
    pid_ = ::fork();
    if (pid_ < 0) throw_errno("cannot fork");
    if (pid_ == 0) run_child(launch);
    // glibc 2.36 declares pidfd_open without C linkage
    handle_ = Descriptor(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
    if (!handle_) throw_errno("cannot watch the process");
}

Process::~Process() {
    if (pid_ <= 0 || !running()) return;
    ::kill(pid_, SIGKILL);
    reap(0);
}

bool Process::reap(int flags) {
    if (code_) return true;
    int status = 0;
    if (::waitpid(pid_, &status, flags) != pid_) return false;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return true;
}

bool Process::running() {
    return !reap(WNOHANG);
}

void Process::send_signal(int number) {
    if (running() && ::kill(pid_, number) != 0) throw_errno("cannot send a signal");
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
    if (running()) {
        pollfd ended{handle_.get(), POLLIN, 0};
        ::poll(&ended, 1, static_cast<int>(limit.count()));
        reap(WNOHANG);
    }
    return code_;
}

std::string Process::output() const {
    return read_text(files_.path() / "output");
}

std::string Process::errors() const {
    return read_text(files_.path() / "errors");
}

Finished run_process(std::filesystem::path program, ProcessOptions options, std::chrono::milliseconds limit) {
    Process process(program, std::move(options));
    const std::optional<int> code = process.wait(limit);
    if (!code) {
        throw std::runtime_error(program.string() + " did not end in time; it wrote:\n" + process.output() +
                                 process.errors());
    }
    return {*code, process.output(), process.errors()};
}

}  // namespace freshet::testing
