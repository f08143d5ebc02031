// The engine in this process, on one session that it keeps, as the daemon would: prepared statements live on.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <string>

#include "freshet/catalog/store.hpp"
#include "freshet/install/install.hpp"
#include "freshet/refresh/refresh.hpp"
#include "freshet/refresh/verify.hpp"

namespace freshet::breaking {

class Hand {
  public:
    explicit Hand(std::string conninfo) : conninfo_(std::move(conninfo)) {}

    // Throws core::Error, as all below.
    void install(const settings::Settings& settings);
    refresh::Outcome refresh(const std::string& view, refresh::Request request);
    refresh::Proof verify(const std::string& view, refresh::VerifyRequest request);
    void upkeep();
    // Forgets what it knows of the database, and its session.
    void let_go();

  private:
    pg::Connection& session();
    const catalog::StoredView& stored(const std::string& view);

    std::string conninfo_;
    boost::asio::io_context context_;
    std::unique_ptr<pg::Connection> session_;
    std::map<std::string, catalog::StoredView> views_;
};

}  // namespace freshet::breaking
