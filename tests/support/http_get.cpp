#include "support/http_get.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <array>

#include "support/files.hpp"

namespace freshet::testing {

namespace {

Descriptor connect_to(std::uint16_t port) {
    Descriptor descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const timeval limit{10, 0};
    ::setsockopt(descriptor.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(descriptor.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) return {};
    return descriptor;
}

}  // namespace

HttpAnswer http_get(std::uint16_t port, const std::string& path) {
    const Descriptor connection = connect_to(port);
    if (!connection) return {};
    const std::string request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    if (::send(connection.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
    std::string answer;
    std::array<char, 16384> buffer{};
    for (ssize_t count = 1; count > 0;) {
        count = ::recv(connection.get(), buffer.data(), buffer.size(), 0);
        if (count > 0) answer.append(buffer.data(), static_cast<std::size_t>(count));
    }
    const auto body = answer.find("\r\n\r\n");
    if (body == std::string::npos || !answer.starts_with("HTTP/1.1 ")) return {};
    return {std::stoi(answer.substr(9, 3)), answer.substr(body + 4)};
}

std::string metric(const std::string& exposition, const std::string& series) {
    const std::string start = "\n" + series + " ";
    const auto found = ("\n" + exposition).find(start);
    if (found == std::string::npos) return {};
    const auto value = found + start.size() - 1;
    return exposition.substr(value, exposition.find('\n', value) - value);
}

}  // namespace freshet::testing
