#include "freshet/cli/lock_waits.hpp"

#include "freshet/cli/format.hpp"

namespace freshet::cli {

namespace {

// "app, psql, idle in transaction, for 2m 3s"
std::string session_text(const LockWait& wait) {
    std::string text;
    const auto add = [&](const std::optional<std::string>& part) {
        if (part && !part->empty()) text += (text.empty() ? "" : ", ") + *part;
    };
    add(wait.role);
    add(wait.application);
    add(wait.state);
    if (wait.transaction_seconds) add("its transaction " + seconds_text(wait.transaction_seconds) + " old");
    return text.empty() ? "" : " (" + text + ")";
}

std::string holder_text(const LockWait& wait) {
    if (wait.pid == 0) return "of a prepared transaction";
    return "of process " + std::to_string(wait.pid) + session_text(wait);
}

std::string remedy(const LockWait& wait) {
    if (wait.pid == 0)
        return "SELECT gid, owner, prepared FROM pg_prepared_xacts; COMMIT PREPARED or ROLLBACK PREPARED";
    return "let it end, or SELECT pg_terminate_backend(" + std::to_string(wait.pid) + ")";
}

Json optional_json(const std::optional<double>& number) {
    return number ? Json(*number) : Json();
}

}  // namespace

std::string lock_waits_text(const std::vector<LockWait>& waits, Colour colour) {
    std::string text;
    for (const auto& wait : waits) {
        text +=
            "\n" +
            paint("freshetd has waited for " + seconds_text(wait.waited_seconds) + " for a lock", Style::bad, colour) +
            " " + holder_text(wait) + (wait.query ? ", last query:\n" + *wait.query : "") + "\n" +
            paint("next: ", Style::faint, colour) + remedy(wait) + "\n";
    }
    return text;
}

Json lock_waits_json(const std::vector<LockWait>& waits) {
    Json list = Json::array();
    for (const auto& wait : waits) {
        list.push_back({{"waited_seconds", wait.waited_seconds},
                        {"pid", wait.pid},
                        {"role", text_json(wait.role)},
                        {"application", text_json(wait.application)},
                        {"state", text_json(wait.state)},
                        {"transaction_seconds", optional_json(wait.transaction_seconds)},
                        {"query", text_json(wait.query)},
                        {"next_step", remedy(wait)}});
    }
    return list;
}

}  // namespace freshet::cli
