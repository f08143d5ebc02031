#include "support/tcp_gate.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace freshet::testing {

struct TcpGate::Pair {
    Descriptor client;
    Descriptor server;
    std::string to_server;
    std::string to_client;
    bool closed = false;
    bool answered = true;  // since the client last sent something
};

// What poll() said about one pair.
struct TcpGate::Watch {
    short client = 0;
    short server = 0;
};

namespace {

Descriptor listen_on_loopback(std::uint16_t& port) {
    Descriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (!listener || ::bind(listener.get(), generic, length) != 0 || ::listen(listener.get(), 64) != 0 ||
        ::getsockname(listener.get(), generic, &length) != 0) {
        throw_errno("cannot listen on the loopback");
    }
    port = ntohs(address.sin_port);
    return listener;
}

// Empty if the server is down: the client's connection is then closed at once.
Descriptor connect_to(const std::filesystem::path& path) {
    Descriptor server(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
    if (::connect(server.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return {};
    return server;
}

// Appends what there is. False at the end of the stream.
bool receive(const Descriptor& from, std::string& into) {
    std::array<char, 16384> buffer{};
    const ssize_t count = ::recv(from.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (count > 0) into.append(buffer.data(), static_cast<std::size_t>(count));
    return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR));
}

bool transmit(const Descriptor& to, std::string& from) {
    if (from.empty()) return true;
    const ssize_t count = ::send(to.get(), from.data(), from.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count > 0) from.erase(0, static_cast<std::size_t>(count));
    return count >= 0 || errno == EAGAIN || errno == EINTR;
}

short interest(const std::string& incoming, const std::string& outgoing) {
    // Reads on only when the last bytes have gone, so a slow side slows the other.
    return static_cast<short>((incoming.empty() ? POLLIN : 0) | (outgoing.empty() ? 0 : POLLOUT));
}

constexpr short readable = POLLIN | POLLHUP | POLLERR;

}  // namespace

TcpGate::TcpGate(std::filesystem::path server_socket)
    : server_socket_(std::move(server_socket)),
      listener_(listen_on_loopback(port_)),
      waker_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_([this] { run(); }) {}

TcpGate::~TcpGate() {
    in_thread([this] { ending_ = true; });
    thread_.join();
}

std::string TcpGate::conninfo(const std::string& database) const {
    return "host=127.0.0.1 port=" + std::to_string(port_) + " dbname=" + database +
           " user=postgres sslmode=disable gssencmode=disable";
}

void TcpGate::cut() {
    in_thread([this] { pairs_.clear(); });
}

void TcpGate::stall() {
    in_thread([this] { stalled_ = true; });
}

void TcpGate::resume() {
    in_thread([this] { stalled_ = false; });
}

void TcpGate::cut_when_client_sends(std::string bytes, Trigger trigger) {
    in_thread([this, &bytes, trigger] {
        trigger_bytes_ = std::move(bytes);
        trigger_ = trigger;
    });
}

std::size_t TcpGate::connections() {
    std::size_t count = 0;
    in_thread([this, &count] { count = pairs_.size(); });
    return count;
}

std::size_t TcpGate::round_trips() {
    std::size_t count = 0;
    in_thread([this, &count] { count = round_trips_; });
    return count;
}

void TcpGate::in_thread(std::function<void()> action) {
    std::unique_lock lock(mutex_);
    actions_.push_back(std::move(action));
    const std::uint64_t mine = ++asked_;
    const std::uint64_t one = 1;
    if (::write(waker_.get(), &one, sizeof(one)) != sizeof(one)) throw_errno("cannot wake the gate");
    done_.wait(lock, [this, mine] { return performed_ >= mine; });
}

void TcpGate::perform_actions() {
    std::uint64_t count = 0;
    if (::read(waker_.get(), &count, sizeof(count)) != sizeof(count)) return;
    const std::lock_guard lock(mutex_);
    for (const std::function<void()>& action : std::exchange(actions_, {})) {
        action();
        ++performed_;
    }
    done_.notify_all();
}

void TcpGate::run() {
    while (!ending_) {
        std::vector<pollfd> watched = {{waker_.get(), POLLIN, 0}};
        if (!stalled_) {
            watched.push_back({listener_.get(), POLLIN, 0});
            for (const Pair& pair : pairs_) {
                watched.push_back({pair.client.get(), interest(pair.to_server, pair.to_client), 0});
                watched.push_back({pair.server.get(), interest(pair.to_client, pair.to_server), 0});
            }
        }
        ::poll(watched.data(), watched.size(), -1);
        if (watched[0].revents != 0) {
            perform_actions();
            continue;  // the pairs may have changed
        }
        std::size_t next = 2;
        for (Pair& pair : pairs_) {
            pump(pair, {watched[next].revents, watched[next + 1].revents});
            next += 2;
        }
        std::erase_if(pairs_, [](const Pair& pair) { return pair.closed; });
        if (watched[1].revents != 0) accept_one();
    }
}

void TcpGate::accept_one() {
    Pair pair;
    pair.client = Descriptor(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    pair.server = connect_to(server_socket_);
    if (pair.client && pair.server) pairs_.push_back(std::move(pair));
}

void TcpGate::pump(Pair& pair, const Watch& watch) {
    if ((watch.client & readable) != 0) client_to_server(pair);
    if (!pair.closed && (watch.server & readable) != 0) server_to_client(pair);
    const bool flowing = transmit(pair.server, pair.to_server) && transmit(pair.client, pair.to_client);
    pair.closed = pair.closed || !flowing;
}

void TcpGate::client_to_server(Pair& pair) {
    std::string chunk;
    if (!receive(pair.client, chunk)) pair.closed = true;
    if (triggered(pair, chunk)) return;
    pair.to_server += chunk;
    if (!chunk.empty() && std::exchange(pair.answered, false)) ++round_trips_;
}

void TcpGate::server_to_client(Pair& pair) {
    const auto before = pair.to_client.size();
    pair.closed = !receive(pair.server, pair.to_client);
    pair.answered = pair.answered || pair.to_client.size() > before;
}

bool TcpGate::triggered(Pair& pair, const std::string& chunk) {
    if (trigger_bytes_.empty() || chunk.find(trigger_bytes_) == std::string::npos) return false;
    trigger_bytes_.clear();
    // Its answer is never read, let alone passed on; pump() sends what is to be delivered before the pair goes.
    if (trigger_ == Trigger::delivered) pair.to_server += chunk;
    pair.closed = true;
    return true;
}

}  // namespace freshet::testing
