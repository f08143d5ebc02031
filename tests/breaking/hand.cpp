#include "hand.hpp"

#include <algorithm>
#include <set>

#include "freshet/capture/integrity.hpp"
#include "freshet/capture/upkeep.hpp"
#include "freshet/catalog/chain.hpp"
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
    keeps_.clear();
    for (const auto& view : settings.views) {
        if (view.retention) {
            keeps_.emplace(sql::parse_qualified_name(view.name, "public").quoted(), view.retention->keep);
        }
    }
    install::InstallOptions options;
    options.lock_timeout = patience;
    options.lock_patience = patience;
    testing::run(context_, [&] { return install::install(session(), settings, options); });
}

std::vector<refresh::ChainMember> Hand::chain(const std::string& view, refresh::Request request) {
    if (views_.empty()) {
        views_ = testing::run(context_, [&] { return catalog::load_views(session()); });
    }
    const auto name = sql::parse_qualified_name(view, "public").quoted();
    for (const auto& one : views_) {
        if (one.state != catalog::ViewState::building && one.name.quoted() == name) {
            return refresh::chain_members(catalog::chain_of(views_, one.id), one.id, std::move(request),
                                          [&](const sql::QualifiedName& member) -> std::optional<std::string> {
                                              const auto found = keeps_.find(member.quoted());
                                              return found == keeps_.end() ? std::nullopt
                                                                           : std::optional(found->second);
                                          });
        }
    }
    throw core::Error("view " + view + " is not installed");
}

std::vector<Refreshed> Hand::refresh(const std::string& view, refresh::Request request) {
    const auto members = chain(view, std::move(request));
    const auto done = testing::run(context_, [&] { return refresh::refresh_chain(session(), members); });
    std::vector<Refreshed> result;
    for (std::size_t i = 0; i < members.size(); ++i) {
        result.push_back({members[i].view.name.quoted(), done.outcomes[i], nullptr});
    }
    for (const auto& failure : done.failures) {
        result[failure.member].error = failure.error;
    }
    return result;
}

refresh::Proof Hand::verify(const std::string& view, refresh::VerifyRequest request) {
    refresh::Request own;
    own.trigger = refresh::Trigger::manual;
    own.keep = request.keep;
    auto members = chain(view, std::move(own));
    const auto name = sql::parse_qualified_name(view, "public").quoted();
    const auto target = std::find_if(members.begin(), members.end(),
                                     [&](const auto& member) { return member.view.name.quoted() == name; });
    const auto number = static_cast<std::size_t>(target - members.begin());
    return testing::run(context_, [&] { return refresh::verify(session(), std::move(members), number, request); });
}

void Hand::upkeep() {
    testing::run(context_, [&] { return capture::keep_log_small(session(), 1, patience); });
}

std::vector<std::string> Hand::restore() {
    try {
        return restore_all();
    } catch (const pg::Error& error) {
        if (error.sqlstate() != "55P03") {
            throw;
        }
        return {error.what()};  // a writer has a partition to itself
    }
}

std::vector<std::string> Hand::restore_all() {
    const auto faults = testing::run(context_, [&] { return capture::capture_faults(session()); });
    std::set<int> sources;
    for (const auto& fault : faults) {
        sources.insert(fault.source_id);
    }
    for (const auto& fault : faults) {
        if (!fault.restorable()) {
            sources.erase(fault.source_id);
        }
    }
    std::vector<std::string> obstacles;
    for (const auto source : sources) {
        const auto done = testing::run(context_, [&] { return capture::restore(session(), source, patience); });
        if (!done.done) {
            obstacles.push_back(done.obstacle);
        }
    }
    return obstacles;
}

}  // namespace freshet::breaking
