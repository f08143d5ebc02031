#include "monitoring/inbox.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <optional>

#include "monitoring/loopback.hpp"

namespace freshet::testing {

namespace {

constexpr int patience_ms = 5000;

// The length that the head announces; Go writes its headers in this spelling.
std::size_t body_length(const std::string& head) {
    const std::string name = "Content-Length: ";
    const auto at = head.find(name);
    return at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + name.size(), nullptr, 10);
}

std::optional<Message> parse(const std::string& text) {
    const auto end = text.find("\r\n\r\n");
    if (end == std::string::npos) return std::nullopt;
    Message message;
    message.head = text.substr(0, end);
    message.body = text.substr(end + 4);
    if (message.body.size() < body_length(message.head)) return std::nullopt;
    const auto from = message.head.find(' ') + 1;
    message.path = message.head.substr(from, message.head.find(' ', from) - from);
    return message;
}

std::optional<Message> read_message(const Descriptor& connection) {
    std::string text;
    std::array<char, 16384> buffer{};
    pollfd watched{connection.get(), POLLIN, 0};
    while (::poll(&watched, 1, patience_ms) > 0) {
        const ssize_t count = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(count));
        if (auto message = parse(text)) return message;
    }
    return std::nullopt;
}

}  // namespace

Inbox::Inbox() : listener_(listen_on_loopback(port_)), waker_(::eventfd(0, EFD_CLOEXEC)), thread_([this] { run(); }) {}

Inbox::~Inbox() {
    const std::uint64_t one = 1;
    if (::write(waker_.get(), &one, sizeof(one)) != sizeof(one)) std::abort();  // the thread would never end
    thread_.join();
}

std::string Inbox::url(const std::string& path) const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
}

std::vector<Message> Inbox::messages() const {
    const std::lock_guard lock(mutex_);
    return messages_;
}

void Inbox::clear() {
    const std::lock_guard lock(mutex_);
    messages_.clear();
}

void Inbox::run() {
    std::array<pollfd, 2> watched{{{listener_.get(), POLLIN, 0}, {waker_.get(), POLLIN, 0}}};
    while (::poll(watched.data(), watched.size(), -1) > 0 && watched[1].revents == 0) {
        receive_one();
    }
}

void Inbox::receive_one() {
    const Descriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (!connection) return;
    auto message = read_message(connection);
    if (!message) return;
    {
        const std::lock_guard lock(mutex_);
        messages_.push_back(std::move(*message));
    }
    // PagerDuty answers 202, and Alertmanager wants that of it; the others are content with any 2xx.
    write_all(
        connection,
        "HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}");
}

}  // namespace freshet::testing
