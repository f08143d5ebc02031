// From whatever ended a command to its exit code and its message. The one place where exceptions become codes.
//
// Pure.
#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "freshet/core/error.hpp"

namespace freshet::cli {

enum class ExitCode {
    done = 0,
    answer_is_no = 1,  // drift found, view stale, plan has changes, wait timed out
    usage = 2,         // bad usage or configuration
    unreachable = 3,   // no database
    failed = 4,        // a refresh failed
    interrupted = 130,
};

// The command line makes no sense.
class UsageError : public core::Error {
  public:
    using core::Error::Error;
};

// A refresh did not come to its end, for a reason of its own.
class RefreshError : public core::Error {
  public:
    using core::Error::Error;
};

// A signal ended the command.
class Interrupted : public std::runtime_error {
  public:
    Interrupted() : std::runtime_error("interrupted") {}
};

struct Failure {
    ExitCode code = ExitCode::failed;
    std::string message;  // lower case, no full stop
    std::string hint;
    std::vector<core::Fault> faults;
};

Failure describe(const std::exception_ptr& error);

// For people: each fault, or else the message; every hint on a line of its own.
std::string failure_text(const Failure& failure);
// {"error": {"message", "hint", "exit_code"}, "faults": [{"file", "line", "column", "message", "hint"}]}
std::string failure_json(const Failure& failure);

}  // namespace freshet::cli
