// The engine in this process, on one session that it keeps, as the daemon would: prepared statements live on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "freshet/catalog/store.hpp"
#include "freshet/install/install.hpp"
#include "freshet/refresh/chain.hpp"
#include "freshet/refresh/refresh.hpp"
#include "freshet/refresh/verify.hpp"

namespace freshet::breaking {

// What became of one view of a chain: an outcome, why it has none, or neither if a view that it reads has none.
struct Refreshed {
    std::string view;  // its name, quoted
    std::optional<refresh::Outcome> outcome;
    std::exception_ptr error;  // a core::Error
};

class Hand {
  public:
    explicit Hand(std::string conninfo) : conninfo_(std::move(conninfo)) {}

    // Throws core::Error, as all below.
    void install(const settings::Settings& settings);
    // With all views that are connected with it, in one transaction, as the daemon does.
    std::vector<Refreshed> refresh(const std::string& view, refresh::Request request);
    refresh::Proof verify(const std::string& view, refresh::VerifyRequest request);
    void upkeep();
    // Puts back what captures changes, as the daemon does when it finds a fault. Returns what stood in the way.
    std::vector<std::string> restore();
    // Forgets what it knows of the database, and its session.
    void let_go();

  private:
    pg::Connection& session();
    std::vector<std::string> restore_all();
    std::vector<refresh::ChainMember> chain(const std::string& view, refresh::Request request);

    std::string conninfo_;
    boost::asio::io_context context_;
    std::unique_ptr<pg::Connection> session_;
    std::vector<catalog::StoredView> views_;
    std::map<std::string, std::string> keeps_;  // by quoted name
};

}  // namespace freshet::breaking
