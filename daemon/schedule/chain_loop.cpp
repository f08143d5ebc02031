// A view's loop as one of a chain's: whichever of them begins refreshes all of them, in one transaction, and tells the
// others what became of them (docs/decisions/0007).
#include <algorithm>
#include <map>

#include "freshet/catalog/chain.hpp"
#include "freshet/refresh/chain.hpp"
#include "freshet/schedule/view_loop.hpp"

namespace freshet::schedule {

namespace {

using observe::TriggeredBy;
using Clock = std::chrono::steady_clock;

std::vector<catalog::StoredView> views_of(const std::vector<ChainPeer>& chain) {
    std::vector<catalog::StoredView> views;
    for (const auto& peer : chain) {
        views.push_back(peer.view);
    }
    return views;
}

// All that view `id` reads, through however many others.
std::set<int> all_below(const std::vector<catalog::StoredView>& chain, int id) {
    std::set<int> below{id};
    for (auto view = chain.rbegin(); view != chain.rend(); ++view) {
        if (below.contains(view->id)) {
            below.merge(catalog::views_below(*view));
        }
    }
    below.erase(id);
    return below;
}

const settings::ViewSettings* find_settings(const settings::Settings& settings, const sql::QualifiedName& name) {
    const auto found = std::find_if(
        settings.views.begin(), settings.views.end(),
        [&](const settings::ViewSettings& one) { return sql::parse_qualified_name(one.name, "public") == name; });
    return found == settings.views.end() ? nullptr : &*found;
}

ViewLoop* loop_of(const std::vector<std::unique_ptr<ViewLoop>>& loops, int id) {
    const auto found = std::find_if(loops.begin(), loops.end(), [id](const auto& one) { return one->view_id() == id; });
    return found == loops.end() ? nullptr : found->get();
}

}  // namespace

void ViewLoop::join_chain(std::shared_ptr<ChainGate> gate, std::vector<ChainPeer> chain) {
    gate_ = std::move(gate);
    chain_ = std::move(chain);
}

// One that failed is tried again by itself, when it has waited: until then the others are not held up by it.
bool ViewLoop::goes_along() const noexcept {
    return takes_changes() && machine_.state() != observe::ViewState::backing_off;
}

std::vector<ChainPeer> ViewLoop::going_along() const {
    const auto views = views_of(chain_);
    const auto needed = all_below(views, view_.id);
    std::set<int> staying;
    for (const auto& peer : chain_) {
        const bool free = peer.view.id != view_.id && !needed.contains(peer.view.id);
        if (free && peer.loop != nullptr && !peer.loop->goes_along()) {
            staying.insert(peer.view.id);
        }
    }
    staying = catalog::with_all_above(views, std::move(staying));
    std::vector<ChainPeer> going;
    std::copy_if(chain_.begin(), chain_.end(), std::back_inserter(going),
                 [&](const ChainPeer& peer) { return !staying.contains(peer.view.id); });
    return going;
}

asio::awaitable<refresh::Outcome> ViewLoop::refresh_chain_on(pg::Connection& connection, refresh::Request request) {
    const auto peers = going_along();
    std::vector<refresh::ChainMember> members;
    for (const auto& peer : peers) {
        refresh::ChainMember member;
        member.view = peer.view;
        member.request = peer.loop == this      ? request
                         : peer.loop != nullptr ? peer.loop->request_for(TriggeredBy::event)
                                                : refresh::request_to_follow(std::nullopt);
        members.push_back(std::move(member));
    }
    const auto began = Clock::now();
    const auto done = co_await refresh::refresh_chain(connection, members);
    const observe::Seconds took = Clock::now() - began;
    for (std::size_t i = 0; i < members.size(); ++i) {
        auto* loop = peers[i].loop;
        if (loop == nullptr || loop == this) {
            continue;
        }
        std::exception_ptr failure;
        try {
            const auto outcome = refresh::outcome_of(done, members, i);
            co_await loop->taken_along(connection, outcome, took, members[i].request.announce);
        } catch (const core::Error&) {
            if (!connection.alive()) {
                throw;
            }
            failure = std::current_exception();
        }
        if (failure) {
            co_await loop->left_behind(connection, members[i].request, failure, took);
        }
    }
    co_return refresh::outcome_of(done, members, refresh::member_of(members, view_.id));
}

asio::awaitable<void> ViewLoop::taken_along(pg::Connection& connection, refresh::Outcome outcome, observe::Seconds took,
                                            bool announced) {
    if (outcome.kind == refresh::Outcome::Kind::busy) {
        co_return;
    }
    co_await mark_repaired(connection, outcome.kind);
    if (outcome.kind == refresh::Outcome::Kind::refreshed) {
        waited_.reset();
        costs_.learn(outcome);
        context_.metrics.refresh_started(name_);
        report(outcome, TriggeredBy::event, took, announced);
    } else {
        set_as_of(outcome.as_of);
        pending_ = 0;
    }
    brought_along_ = true;
    retrying_ = false;
    consecutive_failures_ = 0;
    context_.metrics.set_consecutive_failures(name_, 0);
    act(machine_.taken_along(context_.clock.now()));
}

asio::awaitable<void> ViewLoop::left_behind(pg::Connection& connection, refresh::Request request,
                                            std::exception_ptr failure, observe::Seconds took) {
    if (machine_.state() == observe::ViewState::running) {
        co_return;  // it waits for its own turn, and will see for itself
    }
    context_.metrics.refresh_started(name_);
    std::string message;
    try {
        std::rethrow_exception(failure);
    } catch (const core::Error& error) {
        failed(error, TriggeredBy::event, took);
        message = error.what();
    }
    co_await refresh::record_failure(connection, view_, std::move(request), std::move(message));
    act(machine_.left_behind(context_.clock.now()));
}

void connect_chains(asio::any_io_executor executor, const std::vector<catalog::StoredView>& stored,
                    const std::vector<std::unique_ptr<ViewLoop>>& loops) {
    std::map<int, std::shared_ptr<ChainGate>> gates;  // by the first view of the chain; its loops own it together
    for (const auto& loop : loops) {
        std::vector<ChainPeer> chain;
        for (const auto& view : catalog::chain_of(stored, loop->view_id())) {
            chain.push_back({view, loop_of(loops, view.id)});
        }
        if (chain.size() > 1) {
            auto& gate = gates[chain.front().view.id];
            if (!gate) {
                gate = std::make_shared<ChainGate>(executor);
            }
            loop->join_chain(gate, std::move(chain));
        }
    }
}

settings::ViewSettings with_timing_of_chain(settings::ViewSettings view, int id,
                                            const std::vector<catalog::StoredView>& stored,
                                            const settings::Settings& settings) {
    for (const auto& other : catalog::chain_of(stored, id)) {
        const auto* configured = find_settings(settings, other.name);
        if (configured != nullptr) {
            view.debounce = std::min(view.debounce, configured->debounce);
            view.max_delay = std::min(view.max_delay, configured->max_delay);
        }
    }
    return view;
}

}  // namespace freshet::schedule
