#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "freshet/core/error.hpp"
#include "freshet/demo/sample.hpp"

namespace freshet::demo {

std::uint16_t free_loopback_port() {
    const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    const bool bound = ::bind(descriptor, generic, length) == 0 && ::getsockname(descriptor, generic, &length) == 0;
    const int error = errno;
    ::close(descriptor);
    if (!bound)
        throw core::Error(std::string("cannot find a free port on the loopback interface: ") + std::strerror(error));
    return ntohs(address.sin_port);
}

}  // namespace freshet::demo
