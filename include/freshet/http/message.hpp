// A request and its response, apart from how they travel.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace freshet::http {

struct Request {
    std::string method;  // GET, HEAD, ...
    std::string path;    // as sent, without the query: /status
    std::string query;   // behind the `?`, as sent
};

struct Response {
    unsigned status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    std::vector<std::pair<std::string, std::string>> headers;
};

Response json_response(unsigned status, std::string body);

// An error as RFC 9457 wants it: application/problem+json with title, status and detail.
Response problem(unsigned status, const std::string& detail);

}  // namespace freshet::http
