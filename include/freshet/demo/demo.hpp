// `freshetd demo`: a private PostgreSQL, the sample firm, an office that writes all day, the daemon, and a proof at the
// end that the reports are exact.
//
// Runs its own event loop on the calling thread, which must be the main one: its children end with that thread.
#pragma once

#include <chrono>
#include <optional>
#include <string>

namespace freshet::demo {

struct DemoOptions {
    std::optional<std::chrono::milliseconds> run_for;  // none: until a signal
    double scale = 1;                                  // of the generated firm, see config/sample/generate.sql
    int writers = 2;
    bool json = false;       // one document on standard output, and nothing else there
    std::string executable;  // of freshetd itself
};

// Returns the exit code: 0 proved exact, 1 drift was found, 3 PostgreSQL could not be started or was lost, 4 anything
// else failed, 128 + the signal if it ended before there was anything to prove. Errors are written to standard error.
// Whatever it started is stopped and removed when it returns.
int run_demo(const DemoOptions& options);

}  // namespace freshet::demo
