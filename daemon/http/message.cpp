#include "freshet/http/message.hpp"

#include <boost/beast/http/status.hpp>
#include <nlohmann/json.hpp>

namespace freshet::http {

Response json_response(unsigned status, std::string body) {
    return {status, "application/json", std::move(body), {}};
}

Response problem(unsigned status, const std::string& detail) {
    using Json = nlohmann::ordered_json;
    const std::string title = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    const Json document{{"title", title}, {"status", status}, {"detail", detail}};
    return {status, "application/problem+json", document.dump(-1, ' ', false, Json::error_handler_t::replace), {}};
}

}  // namespace freshet::http
