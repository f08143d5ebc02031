#include "freshet/demo/child.hpp"

#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstring>
#include <deque>
#include <fstream>
#include <utility>

#include "freshet/core/error.hpp"

namespace freshet::demo {

namespace {

struct Identity {
    uid_t user = 0;
    gid_t group = 0;
};

// All that the child needs, made before the fork: after it, only async-signal-safe calls are allowed.
struct Launch {
    const char* program;
    const char* directory;
    const char* output;
    const char* errors;
    std::vector<char*> arguments;
    std::optional<Identity> identity;
    int death_signal;
    pid_t parent;
};

std::optional<Identity> identity_of(const std::string& user) {
    if (user.empty()) return std::nullopt;
    const passwd* const entry = ::getpwnam(user.c_str());
    if (entry == nullptr) throw core::Error("cannot start a program as user " + user + ": there is no such user");
    return Identity{entry->pw_uid, entry->pw_gid};
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> result;
    result.reserve(texts.size() + 1);
    for (std::string& text : texts) result.push_back(text.data());
    result.push_back(nullptr);
    return result;
}

bool redirect(const char* file, int flags, int descriptor) {
    constexpr mode_t owner_only = 0600;
    const int opened = ::open(file, flags | O_CLOEXEC, owner_only);
    return opened >= 0 && ::dup2(opened, descriptor) >= 0;
}

bool become(const Identity& identity) {
    return ::setgroups(0, nullptr) == 0 && ::setgid(identity.group) == 0 && ::setuid(identity.user) == 0;
}

bool prepare(const Launch& launch) {
    constexpr int log = O_WRONLY | O_CREAT | O_APPEND;
    return ::setpgid(0, 0) == 0 && redirect("/dev/null", O_RDONLY, STDIN_FILENO) &&
           redirect(launch.output, log, STDOUT_FILENO) && redirect(launch.errors, log, STDERR_FILENO) &&
           (!launch.identity || become(*launch.identity)) &&
           ::prctl(PR_SET_PDEATHSIG, launch.death_signal) == 0  // after setuid, which clears it
           && ::getppid() == launch.parent && ::chdir(launch.directory) == 0;
}

[[noreturn]] void run_child(const Launch& launch) {
    constexpr int cannot_execute = 127;
    if (prepare(launch)) ::execv(launch.program, launch.arguments.data());
    ::_exit(cannot_execute);
}

pid_t start(const ChildOptions& options) {
    std::vector<std::string> arguments = options.arguments;
    arguments.insert(arguments.begin(), options.program.string());
    const Launch launch{
        options.program.c_str(), options.directory.c_str(), options.output.c_str(), options.errors.c_str(),
        pointers(arguments),     identity_of(options.user), options.stop_signal,    ::getpid()};
    const pid_t pid = ::fork();
    if (pid < 0) throw core::Error("cannot start " + options.program.string() + ": " + std::strerror(errno));
    if (pid == 0) run_child(launch);
    return pid;
}

}  // namespace

Child::Child(asio::any_io_executor executor, ChildOptions options)
    : options_(std::move(options)), pid_(start(options_)), handle_(std::move(executor)) {
    // glibc 2.36 declares pidfd_open without C linkage
    const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    if (handle < 0) {
        const std::string reason = std::strerror(errno);
        ::kill(pid_, SIGKILL);
        reap(0);
        throw core::Error("cannot watch " + options_.program.string() + ": " + reason);
    }
    handle_.assign(handle);
}

Child::~Child() {
    stop();
}

bool Child::reap(int flags) {
    if (code_) return true;
    int status = 0;
    if (::waitpid(pid_, &status, flags) != pid_) return false;
    constexpr int killed = 128;
    code_ = WIFEXITED(status) ? WEXITSTATUS(status) : killed + WTERMSIG(status);
    return true;
}

bool Child::running() {
    return !reap(WNOHANG);
}

asio::awaitable<int> Child::wait() {
    while (running()) co_await handle_.async_wait(asio::posix::descriptor_base::wait_read, asio::use_awaitable);
    co_return *code_;
}

bool Child::ended_within(std::chrono::milliseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (running()) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
        if (left.count() <= 0) return false;
        pollfd ended{handle_.native_handle(), POLLIN, 0};
        ::poll(&ended, 1, static_cast<int>(left.count()));
    }
    return true;
}

void Child::stop() {
    if (!running()) return;
    ::kill(pid_, options_.stop_signal);
    if (ended_within(options_.patience)) return;
    ::kill(pid_, SIGKILL);
    reap(0);
}

std::string tail_of(const std::filesystem::path& file) {
    constexpr std::size_t wanted = 15;
    std::ifstream stream(file);
    std::deque<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(std::move(line));
        if (lines.size() > wanted) lines.pop_front();
    }
    std::string text;
    for (const std::string& line : lines) text += "\n  " + line;
    return text;
}

}  // namespace freshet::demo
