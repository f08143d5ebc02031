#include "freshet/schedule/prover.hpp"

#include <algorithm>
#include <utility>

#include "freshet/async/sleep.hpp"
#include "freshet/catalog/chain.hpp"
#include "freshet/refresh/proof_record.hpp"
#include "freshet/refresh/prove_beside.hpp"
#include "freshet/schedule/sessions.hpp"
#include "queries.hpp"

namespace freshet::schedule {

namespace {

using Clock = std::chrono::steady_clock;

// A view that is being refreshed each time is tried again at the next look.
constexpr int tries_for_a_turn = 20;
constexpr std::chrono::milliseconds pause_between_tries{100};

observe::VerifyOutcome outcome_of(const std::string& name) {
    return name == "exact"   ? observe::VerifyOutcome::exact
           : name == "drift" ? observe::VerifyOutcome::drift
                             : observe::VerifyOutcome::failed;
}

observe::SystemTime moment(double epoch) {
    return observe::SystemTime(
        std::chrono::duration_cast<observe::SystemTime::duration>(std::chrono::duration<double>(epoch)));
}

const ViewLoop* loop_of(const Prover::Views& views, std::int64_t id) {
    const auto found =
        std::find_if(views.begin(), views.end(), [id](const auto& loop) { return loop->view_id() == id; });
    return found == views.end() ? nullptr : found->get();
}

pg::ConnectOptions prover_options(const settings::Settings& settings, const std::string& role) {
    auto options = worker_options(settings);
    options.application_name = "freshetd/" + role;
    return options;
}

// By digests, while the view's folds go on.
asio::awaitable<refresh::Beside> prove_beside_when_free(pg::Connection& connection, settings::Settings settings,
                                                        std::vector<refresh::ChainMember> chain, std::size_t target,
                                                        refresh::VerifyRequest request) {
    refresh::Beside result;
    std::unique_ptr<pg::Connection> sources;
    const auto executor = co_await asio::this_coro::executor;
    try {
        sources = co_await pg::Connection::open(executor, prover_options(settings, "verify-sources"));
    } catch (const core::Error& error) {
        result.why_not = error.what();  // no session is free, perhaps
    }
    if (!sources) {
        co_return result;
    }
    result = co_await refresh::prove_beside(connection, *sources, chain, target, request);
    for (int i = 1; result.proof && result.proof->busy && i < tries_for_a_turn; ++i) {
        co_await async::sleep_for(pause_between_tries);
        result = co_await refresh::prove_beside(connection, *sources, chain, target, request);
    }
    co_return result;
}

// In the view's turn, with the rows that differ.
asio::awaitable<refresh::Proof> prove_when_free(pg::Connection& connection, std::vector<refresh::ChainMember> chain,
                                                std::size_t target, refresh::VerifyRequest request) {
    auto proof = co_await refresh::verify(connection, chain, target, request);
    for (int i = 1; proof.busy && i < tries_for_a_turn; ++i) {
        co_await async::sleep_for(pause_between_tries);
        proof = co_await refresh::verify(connection, chain, target, request);
    }
    co_return proof;
}

}  // namespace

Prover::Prover(asio::any_io_executor executor, const settings::Settings& settings, observe::Logger& log,
               observe::Metrics& metrics)
    : executor_(executor),
      settings_(settings),
      log_(log),
      metrics_(metrics),
      changed_(executor),
      tasks_(executor, [this](std::string_view, std::exception_ptr error) {
          try {
              std::rethrow_exception(error);
          } catch (const std::exception& failure) {
              log_.error("proofs ended", {{"error", failure.what()}});
          }
      }) {
    tasks_.spawn(run(), "proofs");
}

bool Prover::stop() {
    stopping_ = true;
    due_.clear();
    tasks_.cancel_all();
    return proving_;
}

asio::awaitable<void> Prover::join() {
    co_await tasks_.join();
}

void Prover::stand_by() {
    due_.clear();
    suspected_.clear();
    settled_.clear();
    counted_until_.clear();
}

bool Prover::suspect(const catalog::StoredView& view) {
    const auto* wanted = settings_of(view.name);
    if (wanted == nullptr || wanted->verify.count() == 0 || stopping_) {
        return false;
    }
    suspected_.insert(view.id);
    return true;
}

std::vector<Prover::Settled> Prover::take_settled() {
    return std::exchange(settled_, {});
}

void Prover::settle(int view_id, observe::VerifyOutcome outcome, std::chrono::duration<double> took) {
    if (suspected_.erase(view_id) > 0) {
        settled_.push_back({view_id, outcome, std::chrono::duration_cast<std::chrono::milliseconds>(took)});
    }
}

asio::awaitable<void> Prover::look(pg::Connection& control, const Views& views) {
    co_await count(control, views);
    if (!proving_ && !stopping_) {
        co_await find_due(control, views);
    }
}

asio::awaitable<void> Prover::count(pg::Connection& control, const Views& views) {
    pg::Params since(1);
    const bool first = counted_until_.empty();
    if (!first) {
        since.front() = counted_until_;
    }
    const auto rows = co_await control.prepared(query_text("proofs"), since);
    for (int i = 0; i < rows.rows(); ++i) {
        counted_until_ = rows.text(i, 0);
        const auto* loop = rows.get(i, 1) ? loop_of(views, rows.integer(i, 1)) : nullptr;
        if (loop == nullptr) {
            continue;
        }
        const auto name = loop->view().display_name();
        const auto outcome = outcome_of(rows.text(i, 2));
        if (!first) {
            metrics_.verified(name, outcome, rows.integer(i, 3));
        }
        if (outcome == observe::VerifyOutcome::exact && rows.boolean(i, 4)) {
            metrics_.set_verified(name, moment(rows.number(i, 5)));
        }
    }
}

asio::awaitable<void> Prover::find_due(pg::Connection& control, const Views& views) {
    const auto rows = co_await control.prepared(query_text("proofs_due"));
    due_.assign(suspected_.begin(), suspected_.end());
    for (int i = 0; i < rows.rows(); ++i) {
        const auto* loop = loop_of(views, rows.integer(i, 0));
        const auto* wanted = loop == nullptr ? nullptr : settings_of(loop->view().name);
        if (wanted != nullptr && wanted->verify.count() > 0 &&
            std::chrono::duration<double>(rows.number(i, 1)) >= wanted->verify &&
            !suspected_.contains(loop->view_id())) {
            due_.push_back(loop->view_id());
        }
    }
    if (!due_.empty()) {
        changed_.notify();
    }
}

asio::awaitable<void> Prover::run() {
    while (!stopping_) {
        co_await changed_.wait();
        if (due_.empty()) {
            continue;
        }
        proving_ = true;
        std::string complaint;
        try {
            co_await prove_due();
        } catch (const core::Error& error) {
            complaint = error.what();  // a database that is away is reported by the control session
        }
        proving_ = false;
        if (!complaint.empty()) {
            log_.warning("views could not be proven", {{"error", complaint}});
        }
    }
}

asio::awaitable<void> Prover::prove_due() {
    const auto connection = co_await pg::Connection::open(executor_, prover_options(settings_, "verify"));
    while (!due_.empty()) {
        const int next = due_.front();
        due_.pop_front();
        co_await prove(*connection, next);
    }
}

asio::awaitable<void> Prover::prove(pg::Connection& connection, int view_id) {
    const auto chain = catalog::chain_of(co_await catalog::load_views(connection), view_id);
    std::vector<refresh::ChainMember> members;
    std::size_t target = chain.size();
    refresh::VerifyRequest request;
    request.repair = true;
    for (std::size_t i = 0; i < chain.size(); ++i) {
        const auto* wanted = settings_of(chain[i].name);
        std::optional<std::string> keep;
        if (wanted != nullptr && wanted->retention) {
            keep = wanted->retention->keep;
        }
        if (chain[i].id == view_id) {
            target = i;
            request.keep = keep;
        }
        refresh::ChainMember member;
        member.view = chain[i];
        member.request = refresh::request_to_follow(keep);
        members.push_back(std::move(member));
    }
    if (target == chain.size()) {
        settle(view_id, observe::VerifyOutcome::failed, std::chrono::duration<double>{0});
        co_return;  // the view is gone
    }
    const auto began = Clock::now();
    refresh::ProofRun run;
    run.trigger = refresh::Trigger::scheduled;
    refresh::Proof proof;
    try {
        auto beside = co_await prove_beside_when_free(connection, settings_, members, target, request);
        if (beside.proof) {
            proof = std::move(*beside.proof);
        } else {
            log_.info("the proof of a view takes its turn",
                      {{"view", chain[target].display_name()}, {"why", beside.why_not}});
            proof = co_await prove_when_free(connection, std::move(members), target, request);
        }
    } catch (const core::Error& error) {
        if (!connection.alive()) throw;
        run.error = error.what();
    }
    if (proof.busy) {
        co_return;
    }
    run.took = Clock::now() - began;
    report(chain[target], proof, run.error);
    co_await refresh::record_proof(connection, chain[target], run, proof);
    settle(view_id,
           !run.error.empty()      ? observe::VerifyOutcome::failed
           : proof.differences > 0 ? observe::VerifyOutcome::drift
                                   : observe::VerifyOutcome::exact,
           run.took);
}

void Prover::report(const catalog::StoredView& view, const refresh::Proof& proof, const std::string& error) {
    const auto name = view.display_name();
    if (!error.empty()) {
        log_.error("view could not be proven", {{"view", name}, {"error", error}});
    } else if (proof.differences > 0) {
        log_.error("view differed from its query; repaired",
                   {{"view", name},
                    {"rows", proof.differences},
                    {"side", proof.examples.front().side},
                    {"example", proof.examples.front().row},
                    {"hint", "what wrote to a source behind its triggers? see docs/runbooks.md"}});
    } else {
        log_.info("view proven equal to its query", {{"view", name}});
    }
}

const settings::ViewSettings* Prover::settings_of(const sql::QualifiedName& name) const {
    const auto found = std::find_if(
        settings_.views.begin(), settings_.views.end(),
        [&](const settings::ViewSettings& one) { return sql::parse_qualified_name(one.name, "public") == name; });
    return found == settings_.views.end() ? nullptr : &*found;
}

}  // namespace freshet::schedule
