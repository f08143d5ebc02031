// The engine's side of the wire: sees every statement just before libpq sends it, and may send another in its place. By
// the linker (--wrap) and in this program only, so that the engine has no part in it. One listener at a time, on the
// thread that set it.
#pragma once

#include <functional>
#include <string>

struct pg_conn;

namespace freshet::breaking {

struct WireListener {
    // Before a statement runs on the session; `sql` is empty for one that was prepared when nobody listened. What came
    // before it, in its pipeline too, has run.
    std::function<void(pg_conn* session, const std::string& sql)> before;
    // What is sent instead.
    std::function<std::string(const std::string& sql)> rewrite;
};

// Listens while it lives.
class WireTap {
  public:
    explicit WireTap(WireListener& listener);
    ~WireTap();
    WireTap(const WireTap&) = delete;
    WireTap& operator=(const WireTap&) = delete;
};

// On a session that the engine is using, between two statements of its own.
bool is_in_transaction(pg_conn* session);
// Exports the snapshot of the session's transaction.
std::string export_snapshot(pg_conn* session);

}  // namespace freshet::breaking
