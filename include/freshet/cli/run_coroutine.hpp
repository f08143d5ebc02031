// Runs a command's coroutine to its end on the calling thread.
//
// The first SIGINT or SIGTERM cancels it, which rolls back what is under way; the second kills the process.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "freshet/cli/exit_code.hpp"

namespace freshet::cli {

namespace asio = boost::asio;

// Throws what the coroutine throws, and Interrupted if a signal ended it.
ExitCode run_coroutine(asio::awaitable<ExitCode> work);

}  // namespace freshet::cli
