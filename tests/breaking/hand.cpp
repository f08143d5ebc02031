#include "hand.hpp"

#include "freshet/capture/upkeep.hpp"
#include "support/run.hpp"

namespace freshet::breaking {

namespace {

constexpr std::chrono::milliseconds patience{50};  // all sessions are driven by one thread: who waits, waits in vain

}  // namespace

pg::Connection& Hand::session() {
    if (!session_ || !session_->alive()) {
        pg::ConnectOptions options;
        options.conninfo = conninfo_;
        options.application_name = "freshetd/breaking";
        options.settings.emplace_back("lock_timeout", std::to_string(patience.count()) + "ms");
        session_ = testing::run(context_, [&] { return pg::Connection::open(context_.get_executor(), options); });
    }
    return *session_;
}

void Hand::let_go() {
    session_.reset();
    views_.clear();
}

void Hand::install(const settings::Settings& settings) {
    views_.clear();
    install::InstallOptions options;
    options.lock_timeout = patience;
    options.lock_patience = patience;
    testing::run(context_, [&] { return install::install(session(), settings, options); });
}

const catalog::StoredView& Hand::stored(const std::string& view) {
    if (views_.empty()) {
        for (auto& one : testing::run(context_, [&] { return catalog::load_views(session()); })) {
            if (one.state != catalog::ViewState::building) {
                views_.emplace(one.name.quoted(), std::move(one));
            }
        }
    }
    const auto found = views_.find(sql::parse_qualified_name(view, "public").quoted());
    if (found == views_.end()) {
        throw core::Error("view " + view + " is not installed");
    }
    return found->second;
}

refresh::Outcome Hand::refresh(const std::string& view, refresh::Request request) {
    return testing::run(context_, [&] { return refresh::refresh(session(), stored(view), request); });
}

refresh::Proof Hand::verify(const std::string& view, refresh::VerifyRequest request) {
    return testing::run(context_, [&] { return refresh::verify(session(), stored(view), request); });
}

void Hand::upkeep() {
    testing::run(context_, [&] { return capture::keep_log_small(session(), 1, patience); });
}

}  // namespace freshet::breaking
