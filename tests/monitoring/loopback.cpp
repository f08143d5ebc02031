#include "monitoring/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

namespace freshet::testing {

namespace {

constexpr int patience_ms = 5000;

Descriptor tcp_socket() {
    Descriptor result(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (!result) throw_errno("cannot make a socket");
    return result;
}

sockaddr_in loopback_address(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

}  // namespace

Descriptor listen_on_loopback(std::uint16_t& port) {
    Descriptor listener = tcp_socket();
    sockaddr_in address = loopback_address(0);
    socklen_t length = sizeof(address);
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener.get(), generic, length) != 0 || ::listen(listener.get(), 64) != 0 ||
        ::getsockname(listener.get(), generic, &length) != 0) {
        throw_errno("cannot listen on the loopback");
    }
    port = ntohs(address.sin_port);
    return listener;
}

std::uint16_t free_port() {
    std::uint16_t port = 0;
    listen_on_loopback(port);
    return port;
}

std::string read_all(const Descriptor& from) {
    std::string text;
    std::array<char, 16384> buffer{};
    pollfd watched{from.get(), POLLIN, 0};
    while (::poll(&watched, 1, patience_ms) > 0) {
        const ssize_t count = ::recv(from.get(), buffer.data(), buffer.size(), 0);
        if (count <= 0) break;
        text.append(buffer.data(), static_cast<std::size_t>(count));
    }
    return text;
}

void write_all(const Descriptor& to, const std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t count = ::send(to.get(), text.data() + done, text.size() - done, MSG_NOSIGNAL);
        if (count <= 0) return;
        done += static_cast<std::size_t>(count);
    }
}

std::string http_get(std::uint16_t port, const std::string& path) {
    const Descriptor connection = tcp_socket();
    const sockaddr_in address = loopback_address(port);
    if (::connect(connection.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return {};
    write_all(connection, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    return read_all(connection);
}

}  // namespace freshet::testing
