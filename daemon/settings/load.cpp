#include "freshet/settings/load.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <limits>
#include <map>
#include <stdexcept>
#include <tuple>

#include "freshet/settings/section.hpp"
#include "freshet/settings/structure.hpp"
#include "freshet/settings/values.hpp"
#include "freshet/settings/view_reader.hpp"
#include "freshet/sql/identifier.hpp"

namespace freshet::settings {

namespace {

void read_daemon(const Section& section, DaemonSettings& daemon) {
    std::int64_t workers = daemon.workers;
    section.read("workers", workers);
    daemon.workers = static_cast<int>(workers);
    std::string notify = "armed";
    section.read("notify", notify);
    daemon.notify = notify == "always" ? NotifyMode::always : notify == "never" ? NotifyMode::never : NotifyMode::armed;
    section.read("poll_interval", daemon.poll_interval);
    section.read("statement_timeout", daemon.statement_timeout);
    section.read("lock_timeout", daemon.lock_timeout);
    section.read("shutdown_grace", daemon.shutdown_grace);
    section.read("log_rotate_bytes", daemon.log_rotate_bytes);

    std::chrono::milliseconds keep = daemon.refresh_log_keep;
    section.read("refresh_log_keep", keep);
    daemon.refresh_log_keep = std::chrono::duration_cast<std::chrono::hours>(keep);
    if (daemon.refresh_log_keep != keep) {
        section.fault("refresh_log_keep", "is not a whole number of hours", "write for example \"2160h\" for 90 days");
    }
}

void read_http(const Section& section, HttpSettings& http) {
    std::string listen = http.host + ":" + std::to_string(http.port);
    section.read("listen", listen);
    http.enabled = !listen.empty();
    if (!http.enabled) {
        return;
    }
    const auto endpoint = parse_endpoint(listen);
    if (!endpoint) {
        section.fault("listen", "is not an address to listen on: \"" + listen + "\"",
                      "write host:port, such as \"127.0.0.1:9632\" or \"[::1]:9632\"; \"0.0.0.0:9632\" listens "
                      "everywhere, \"\" turns the server off");
        return;
    }
    http.host = endpoint->host;
    http.port = endpoint->port;
}

EventSettings read_event(const Section& section) {
    EventSettings event;
    event.name = section.member()->key;
    section.read("table", event.table);
    section.read("when", event.when);
    try {
        if (!event.table.empty()) {
            sql::parse_qualified_name(event.table, "public");
        }
    } catch (const std::invalid_argument& error) {
        section.fault("table", std::string("is not the name of a table: ") + error.what(), "write name or schema.name");
    }
    return event;
}

// The same name written twice is a repeated key, which check_structure reports.
void check_view_names(const std::vector<Section>& views) {
    std::map<sql::QualifiedName, const Member*> seen;
    for (const auto& view : views) {
        try {
            const auto name = sql::parse_qualified_name(view.member()->key, "public");
            const auto [first, added] = seen.emplace(name, view.member());
            if (!added && first->second->key != view.member()->key) {
                view.fault_here("is defined twice", "it is the same view as \"" + first->second->key + "\" on line " +
                                                        std::to_string(first->second->at.line) +
                                                        "; remove one of them");
            }
        } catch (const std::invalid_argument&) {  // reported with the view
        }
    }
}

bool by_position(const core::Fault& a, const core::Fault& b) {
    return std::tie(a.line, a.column) < std::tie(b.line, b.column);
}

Settings read_all(const Section& root, const std::string& file, const ReadFile& read) {
    Settings settings;
    settings.file = file;
    root.below("database").read("conninfo", settings.database.conninfo);
    read_daemon(root.below("daemon"), settings.daemon);
    read_http(root.below("http"), settings.http);
    root.below("log").read("format", settings.log.format);
    root.below("log").read("level", settings.log.level);
    for (const auto& event : root.below("events").entries()) {
        settings.events.push_back(read_event(event));
    }
    const auto views = root.below("views").entries();
    for (const auto& view : views) {
        settings.views.push_back(read_view(view, std::filesystem::path(file).parent_path(), read));
    }
    check_view_names(views);
    return settings;
}

}  // namespace

std::string read_file(const std::filesystem::path& path) {
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        throw core::Error(std::strerror(EISDIR));
    }
    std::ifstream stream(path, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(stream), {}};
    if (!stream.is_open() || stream.bad()) {
        throw core::Error(std::strerror(errno));
    }
    return content;
}

Settings parse(std::string_view text, const std::string& file, const ReadFile& read) {
    const auto root = parse_document(text, file);
    const auto table = keys();
    Report report{file, check_structure(root, table, file)};
    auto settings = read_all(Section(root, table, report), file, read);
    if (!report.faults.empty()) {
        std::stable_sort(report.faults.begin(), report.faults.end(), by_position);
        throw core::Faults(std::move(report.faults));
    }
    return settings;
}

Settings load(const std::filesystem::path& file) {
    std::string text;
    try {
        text = read_file(file);
    } catch (const core::Error& error) {
        throw core::Faults({{file.string(), 0, 0, std::string("cannot read the configuration: ") + error.what(),
                             "name another file with --config"}});
    }
    return parse(text, file.string(), read_file);
}

}  // namespace freshet::settings
