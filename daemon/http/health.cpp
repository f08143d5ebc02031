#include "freshet/http/health.hpp"

#include <nlohmann/json.hpp>

namespace freshet::http {

namespace {

Response readiness(const observe::DaemonStatus& status) {
    using Json = nlohmann::ordered_json;
    const auto reasons = observe::not_ready_reasons(status);
    const Json document{{"ready", reasons.empty()}, {"reasons", reasons}};
    return json_response(reasons.empty() ? 200 : 503, document.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::string index_page(const Router& router) {
    std::string page =
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>freshetd</title></head>\n"
        "<body>\n<h1>freshetd</h1>\n<ul>\n";
    for (const auto& [path, route] : router.routes()) {
        page += "<li><a href=\"" + path + "\">" + path + "</a>: " + route.description + "</li>\n";
    }
    return page + "</ul>\n</body>\n</html>\n";
}

}  // namespace

void add_health_routes(Router& router, const HealthSources& sources) {
    router.get("/metrics", "numbers for Prometheus", [metrics = sources.metrics](const Request&) {
        return Response{200, "text/plain; version=0.0.4", metrics(), {}};
    });
    router.get("/healthz", "ok while the daemon's event loop runs", [](const Request&) {
        return Response{200, "text/plain; charset=utf-8", "ok\n", {}};
    });
    router.get("/readyz", "whether the database answers and every view was refreshed; why not, if not",
               [status = sources.status](const Request&) { return readiness(status()); });
    router.get("/status", "state, staleness and last refresh of each view",
               [status = sources.status](const Request&) { return json_response(200, observe::to_json(status())); });
    router.get("/", "this page", [page = index_page(router)](const Request&) {
        return Response{200, "text/html; charset=utf-8", page, {}};
    });
}

}  // namespace freshet::http
