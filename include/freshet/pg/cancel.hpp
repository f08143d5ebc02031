// Asking the server to cancel what runs on a session. Private to pg.
//
// libpq 15's PQcancel blocks, so it runs on the offload thread of the io_context.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "freshet/pg/handles.hpp"

namespace freshet::pg {

// Whether the server took the request within `limit`; it may still be on its way when the answer is false.
boost::asio::awaitable<bool> deliver_cancel(boost::asio::any_io_executor executor, CancelHandle cancel,
                                            std::chrono::milliseconds limit);

// The same without learning how it went; for destructors.
void post_cancel(const boost::asio::any_io_executor& executor, CancelHandle cancel);

}  // namespace freshet::pg
