// Looking at the change log, and telling writers whether to ring.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "freshet/catalog/store.hpp"
#include "freshet/pg/connection.hpp"

namespace freshet::capture {

namespace asio = boost::asio;

// Moments are seconds since the epoch on the database's clock.
struct PolledView {
    int id = 0;
    std::string state;             // ready or broken
    std::int64_t pending = 0;      // with what waits for the views it reads
    std::int64_t own_pending = 0;  // without
    std::optional<double> oldest;  // when the first pending transaction began
    std::optional<double> as_of;   // of the position
    std::int64_t generation = 0;
    std::optional<double> last_refresh_at;
    std::string last_status;
    std::string last_error;
    int consecutive_failures = 0;
};

struct Look {
    std::vector<PolledView> views;
    std::uint64_t snapshot_xmin = 0;
    std::uint64_t snapshot_xmax = 0;
    double now = 0;
    double notification_queue_usage = 0;
    std::int64_t last_proof = 0;  // freshet.proof.id, whoever made it
    // In the sources, as the statistics count; only with Watch::capture.
    std::optional<std::int64_t> rows_written;
    bool capture_intact = true;  // false: what it rests on may have changed, so that it should be looked at whole
};

// The statement that looks at these views: made for them, so that its plan is kept. It fails when one of their logs is
// gone, and does not count the changes of views that are not among them.
// With Watch::capture it also looks whether capture is intact.
enum class Watch { changes, capture };
std::string look_sql(const std::vector<catalog::StoredView>& views, Watch watch);
asio::awaitable<Look> look(pg::Connection& connection, std::string sql);

enum class Bell { silent, armed };
asio::awaitable<void> set_bell(pg::Connection& connection, Bell bell);

}  // namespace freshet::capture
