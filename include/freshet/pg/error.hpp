// What went wrong between us and PostgreSQL.
#pragma once

#include <source_location>
#include <string>
#include <string_view>

#include "freshet/core/error.hpp"

namespace freshet::pg {

// An error the server reported, or the loss of the connection to it.
class Error : public core::Error {
  public:
    struct Fields {
        std::string sqlstate;  // five characters; empty when the client, not the server, found the error
        std::string message;   // the server's primary message
        std::string detail;
        std::string hint;
        int position = 0;  // of the error in `statement`, counted in characters from 1; 0 if unknown
        std::string statement;
        std::size_t index = 0;  // of the statement in its pipeline
        bool connection_lost = false;
        bool during_commit = false;
        bool timed_out = false;  // our own deadline passed; the statement was cancelled
    };

    explicit Error(Fields fields, std::source_location where = std::source_location::current());

    const std::string& sqlstate() const noexcept { return fields_.sqlstate; }
    const Fields& fields() const noexcept { return fields_; }
    const std::source_location& where() const noexcept { return where_; }

    // The session is gone: refused, broken, terminated, or shut down (class 08, 57P01..57P03, no sqlstate and lost).
    bool connection_lost() const noexcept;
    // Worth another try of the whole transaction: 40001, 40P01, 55P03 and lost connections.
    bool retryable() const noexcept;
    // The connection was lost while COMMIT was under way: only reading our own position settles what happened.
    bool in_doubt() const noexcept { return fields_.during_commit && connection_lost(); }
    bool timed_out() const noexcept { return fields_.timed_out; }

  private:
    Fields fields_;
    std::source_location where_;
};

}  // namespace freshet::pg
