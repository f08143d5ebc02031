// Which handler answers which path. A value: filled by the composition root, then given to the server.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "freshet/http/message.hpp"

namespace freshet::http {

// Runs on the I/O thread: answers from what is at hand and never waits.
using Handler = std::function<Response(const Request&)>;

class Router {
  public:
    struct Route {
        std::string description;  // for the index page
        Handler handler;
    };

    // For GET and HEAD of exactly this path. A path given twice is a std::logic_error.
    void get(const std::string& path, std::string description, Handler handler);

    // 404 for an unknown path, 405 for another method; what a handler throws passes through.
    Response handle(const Request& request) const;

    const std::map<std::string, Route>& routes() const noexcept { return routes_; }

  private:
    std::map<std::string, Route> routes_;
};

}  // namespace freshet::http
