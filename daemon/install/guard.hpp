// A view over the captured columns of a source that nobody reads: because of it PostgreSQL refuses to drop such a column,
// or to change its type, with a message that names the freshet views that read it. Private to install/.
#pragma once

#include <string>
#include <vector>

#include "freshet/capture/source_capture.hpp"
#include "steps.hpp"

namespace freshet::install {

// "read by a, b (3)", with the source's id last: cut to the length of a name.
std::string guard_name(const std::vector<std::string>& readers, int source_id);

// Makes the guard what it should be for the capture; `readers` are the names of the views. Tables of freshet's own
// need none.
asio::awaitable<void> install_guard(pg::Connection& connection, capture::SourceCapture capture,
                                    std::vector<std::string> readers, LockPolicy policy);

}  // namespace freshet::install
