#include "freshet/http/router.hpp"

#include <stdexcept>
#include <utility>

namespace freshet::http {

void Router::get(const std::string& path, std::string description, Handler handler) {
    if (!routes_.try_emplace(path, Route{std::move(description), std::move(handler)}).second) {
        throw std::logic_error("route " + path + " exists twice");
    }
}

Response Router::handle(const Request& request) const {
    const auto found = routes_.find(request.path);
    if (found == routes_.end()) {
        return problem(404, "there is nothing at " + request.path + "; / lists what there is");
    }
    if (request.method != "GET" && request.method != "HEAD") {
        auto refused = problem(405, request.path + " answers GET and HEAD, not " + request.method);
        refused.headers.emplace_back("Allow", "GET, HEAD");
        return refused;
    }
    return found->second.handler(request);
}

}  // namespace freshet::http
