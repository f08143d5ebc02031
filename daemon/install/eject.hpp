// Giving a view back as the plain materialized view that it was, or might have been. Private to install/.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "freshet/catalog/store.hpp"
#include "freshet/settings/settings.hpp"
#include "legacy.hpp"
#include "steps.hpp"

namespace freshet::install {

// Brings the view up to date, computes its query as a materialized view, proves the two equal and passes the name on,
// all in one transaction: after any failure the view is as it was. `configured` gives indexes and retention of a view
// that was not adopted. Returns what could not be kept, a line each. Throws core::Error, pg::Error.
asio::awaitable<std::vector<std::string>> eject_view(pg::Connection& connection, const catalog::StoredView& view,
                                                     std::optional<settings::ViewSettings> configured,
                                                     LockPolicy policy);

}  // namespace freshet::install
