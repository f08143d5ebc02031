#include "freshet/schedule/supervisor.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "freshet/async/first_of.hpp"
#include "freshet/async/offload.hpp"
#include "freshet/core/duration.hpp"
#include "freshet/core/version.hpp"
#include "freshet/install/install.hpp"
#include "freshet/pg/advisory_lock.hpp"
#include "freshet/schedule/leader_lock.hpp"
#include "freshet/schedule/sessions.hpp"
#include "freshet/sql/texts.hpp"

namespace freshet::schedule {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* undefined_table = "42P01";
constexpr std::chrono::seconds complaint_interval{5};
constexpr std::chrono::milliseconds shortest_awake_poll{20};
constexpr std::chrono::milliseconds pause_for_the_told{20};
constexpr int fallback_polls = 5;  // the fallback poll is this many times slower than poll_interval

asio::awaitable<void> hear(pg::Connection& connection, std::chrono::milliseconds limit) {
    co_await connection.wait_notification(limit);
}

DoorbellMachine::Timing timing_of(const settings::Settings& settings) {
    DoorbellMachine::Timing timing;
    timing.idle_poll = settings.daemon.poll_interval;
    // Who wants changes at once is not made to wait for the look that finds them.
    auto debounce = timing.awake_poll * 2;
    for (const auto& view : settings.views) {
        debounce = std::min(debounce, view.debounce);
    }
    timing.awake_poll = std::min(std::max(debounce / 2, shortest_awake_poll), timing.idle_poll);
    timing.fallback_poll = timing.idle_poll * fallback_polls;
    return timing;
}

}  // namespace

Supervisor::Supervisor(asio::any_io_executor executor, settings::Settings settings, observe::Logger& log,
                       observe::Metrics& metrics, const core::Clock& clock)
    : executor_(executor),
      settings_(std::move(settings)),
      log_(log),
      metrics_(metrics),
      clock_(clock),
      pool_(executor, worker_options(settings_), settings_.daemon.workers,
            report_to(log, metrics, observe::SessionRole::worker)),
      control_link_(executor, control_options(settings_), core::Backoff(reconnect_limits),
                    report_to(log, metrics, observe::SessionRole::control)),
      upkeep_(settings_, log, metrics, clock),
      prover_(executor, settings_, log, metrics),
      statistics_watch_(log, metrics, clock, prover_),
      wake_(executor),
      stop_requested_(executor),
      view_tasks_(executor,
                  [this](std::string_view name, std::exception_ptr error) {
                      try {
                          std::rethrow_exception(error);
                      } catch (const std::exception& failure) {
                          log_.error("a view's loop ended", {{"view", name}, {"error", failure.what()}});
                      }
                      views_changed_ = true;  // starts it again
                      wake_.notify();
                  }),
      alive_at_(Clock::now()) {}

Supervisor::~Supervisor() = default;

void Supervisor::stop() {
    stopping_ = true;
    wake_.notify();
    stop_requested_.notify();
    proof_cancelled_ = prover_.stop() || proof_cancelled_;
    for (const auto& view : views_) {
        view->stop();
    }
}

void Supervisor::cancel() {
    stop();
    cancelled_ = true;
    view_tasks_.cancel_all();
}

asio::awaitable<void> Supervisor::run() {
    // The control session may wait for a database that is away; stop() must not.
    co_await async::first_of(control(), control_may_be_left());
    co_await stop_views();
    co_await prover_.join();
    if (cancelled_ || proof_cancelled_) {
        // The calls of that thread go in order: this one ends when the cancel requests have reached the server.
        co_await async::offload_of(executor_).run([] {});
    }
    metrics_.set_leadership(observe::Leadership::standby);
}

// Returns when control() need not be waited for: there is no session in which it could tell writers to be silent.
asio::awaitable<void> Supervisor::control_may_be_left() {
    co_await stop_requested_.wait();
    while (control_link_.current() != nullptr && !cancelled_) {
        co_await stop_requested_.wait_for(std::chrono::milliseconds(50));
    }
}

asio::awaitable<void> Supervisor::control() {
    while (!stopping_) {
        std::string complaint;
        std::string hint;
        try {
            auto* connection = co_await control_link_.get();
            co_await control_once(*connection);
        } catch (const pg::Error& error) {
            complaint = error.what();
            hint = error.hint();
            control_link_.drop();
        } catch (const core::Error& error) {
            complaint = error.what();
            hint = error.hint();
        }
        leadership_ = observe::Leadership::standby;
        metrics_.set_leadership(leadership_);
        if (doorbell_) {
            doorbell_->disconnected();
        }
        if (!complaint.empty()) {
            set_database(observe::DatabaseState::down);
            if (is_news(complaint)) {
                log_.error("control session failed", {{"error", complaint}, {"hint", hint}});
            }
            co_await pause_for(std::chrono::milliseconds(500));
        }
    }
    control_link_.drop();
}

asio::awaitable<void> Supervisor::control_once(pg::Connection& connection) {
    const bool ready = co_await prepare(connection);
    if (!ready) {
        co_await pause_for(complaint_interval);
        co_return;
    }
    const bool leading = co_await pg::try_advisory_lock(connection, leader_lock);
    if (!leading) {
        if (leadership_ != observe::Leadership::standby || last_complaint_.empty()) {
            log_.info("another freshetd leads; standing by");
            last_complaint_ = "standing by";
        }
        co_await unload_views();  // from a time when this process led
        co_await pause_for(settings_.daemon.poll_interval);
        co_return;
    }
    last_complaint_.clear();
    co_await lead(connection);
}

asio::awaitable<void> Supervisor::pause_for(std::chrono::milliseconds time) {
    if (!stopping_) {
        co_await wake_.wait_for(time);
    }
}

void Supervisor::set_database(observe::DatabaseState state) {
    database_ = state;
    alive_at_ = Clock::now();
}

bool Supervisor::is_news(const std::string& complaint) {
    return std::exchange(last_complaint_, complaint) != complaint;
}

asio::awaitable<bool> Supervisor::prepare(pg::Connection& connection) {
    const auto installation = co_await catalog::load_installation(connection);
    set_database(observe::DatabaseState::up);
    missing_.clear();
    if (!installation) {
        for (const auto& view : settings_.views) {
            missing_.push_back(view.name);
        }
        if (is_news("not installed")) {
            log_.warning("freshet is not installed in this database", {{"hint", "run freshetd install"}});
        }
        co_return false;
    }
    if (installation->standby || installation->read_only) {
        if (is_news("read only")) {
            log_.warning(installation->standby ? "the server is a standby, where views cannot be refreshed; waiting"
                                               : "the database is read only, so views cannot be refreshed; waiting",
                         {{"hint", installation->standby
                                       ? "connect to the primary: name all servers as host and add "
                                         "target_session_attrs=read-write to the conninfo"
                                       : "is default_transaction_read_only set for the database or the role?"}});
        }
        co_return false;
    }
    if (const auto conflict = catalog::version_conflict(*installation)) {
        if (is_news(conflict->what())) {
            log_.error(conflict->what(), {{"hint", conflict->hint()}});
        }
        co_return false;
    }
    co_return true;
}

asio::awaitable<void> Supervisor::report_restored(pg::Connection& connection) {
    const auto done = co_await install::rehome(connection);
    for (const auto& view : done.views) {
        log_.warning(done.reason == "restored" ? "the database was restored from a dump; recomputing"
                                               : "the position lies ahead of the server's transactions; recomputing",
                     {{"view", view}});
    }
    if (!done.views.empty()) {
        metrics_.capture_fault(done.reason);
    }
    const auto installation = co_await catalog::load_installation(connection);
    if (installation && installation->other_timeline()) {
        log_.warning("the server was recovered to a point in time or promoted; proving the views",
                     {{"timeline", installation->timeline}, {"now", installation->present_timeline}});
        metrics_.capture_fault("timeline_changed");
        co_await install::record_timeline(connection);
    }
}

asio::awaitable<void> Supervisor::stop_views() {
    for (const auto& view : views_) {
        view->stop();
    }
    co_await view_tasks_.join();
}

asio::awaitable<void> Supervisor::unload_views() {
    co_await stop_views();
    for (const auto& view : std::exchange(views_, {})) {
        metrics_.remove_view(view->view().display_name());
    }
    upkeep_.stand_by();
    prover_.stand_by();
}

asio::awaitable<void> Supervisor::load_views(pg::Connection& connection) {
    co_await stop_views();
    const auto stored = co_await catalog::load_views(connection);
    look_sql_ = capture::look_sql(stored, capture::Watch::changes);
    watching_look_sql_ = capture::look_sql(stored, capture::Watch::capture);
    known_ids_.clear();
    for (const auto& view : stored) {
        if (view.state != catalog::ViewState::building) {
            known_ids_.insert(view.id);
        }
    }
    std::vector<std::unique_ptr<ViewLoop>> fresh;
    std::set<std::string> counted;
    missing_.clear();
    for (const auto& wanted : settings_.views) {
        const auto name = sql::parse_qualified_name(wanted.name, "public");
        const auto found = std::find_if(stored.begin(), stored.end(), [&](const catalog::StoredView& one) {
            return one.name == name && one.state != catalog::ViewState::building;
        });
        if (found == stored.end()) {
            missing_.push_back(wanted.name);
            metrics_.add_view(catalog::display_name(name), "none", wanted.staleness_slo);
            log_.warning("view is configured but not installed",
                         {{"view", wanted.name}, {"hint", "run freshetd install"}});
            continue;
        }
        std::set<std::string> mine;
        for (const auto& source : found->sources) {
            for (const auto& event : source.events) {
                if (catalog::keeps_state(found->strategy) && counted.insert(event).second) {
                    mine.insert(event);
                }
            }
        }
        ViewLoopContext context{executor_, pool_, log_, metrics_, clock_, [this] {
                                    look_wanted_since_ = look_wanted_since_.value_or(clock_.now());
                                    wake_.notify();
                                }};
        fresh.push_back(std::make_unique<ViewLoop>(
            std::move(context), *found, with_timing_of_chain(wanted, found->id, stored, settings_), std::move(mine)));
    }
    connect_chains(executor_, stored, fresh);
    for (const auto& old : views_) {
        const bool stays = std::any_of(fresh.begin(), fresh.end(),
                                       [&](const auto& one) { return one->view().name == old->view().name; });
        if (!stays) {
            metrics_.remove_view(old->view().display_name());
        }
    }
    views_ = std::move(fresh);
    co_await upkeep_.views_loaded(connection, views_);
    for (const auto& view : views_) {
        view_tasks_.spawn(view->run(), view->view().display_name());
    }
    views_changed_ = false;
    log_.info("views loaded", {{"views", static_cast<std::int64_t>(views_.size())},
                               {"missing", static_cast<std::int64_t>(missing_.size())}});
}

// A LISTEN behind a transaction pooler never fires and never fails: try it once.
asio::awaitable<void> Supervisor::choose_mode(pg::Connection& connection) {
    auto mode = settings_.daemon.notify;
    if (mode != settings::NotifyMode::never) {
        co_await connection.query("LISTEN freshet");
        auto lease = co_await pool_.lease(0);
        auto* other = co_await lease.link().get();
        co_await other->query("SELECT pg_notify('freshet', '{\"probe\": true}')");
        const bool heard = co_await connection.wait_notification(std::chrono::milliseconds(2000));
        if (!heard) {
            log_.warning(
                "notifications do not arrive; polling instead",
                {{"hint", "a transaction pooler in between? connect to PostgreSQL itself, or set notify to never"}});
            mode = settings::NotifyMode::never;
        }
        connection.take_notifications();
    }
    metrics_.set_bell_mode(mode == settings::NotifyMode::armed    ? observe::BellMode::armed
                           : mode == settings::NotifyMode::always ? observe::BellMode::always
                                                                  : observe::BellMode::never);
    doorbell_.emplace(mode, timing_of(settings_));
}

asio::awaitable<void> Supervisor::lead(pg::Connection& connection) {
    leadership_ = observe::Leadership::leader;
    metrics_.set_leadership(leadership_);
    co_await report_restored(connection);
    co_await connection.query(std::string(sql::text("triggers/queries/refresh/interrupted.sql")),
                              pg::params("0 seconds"));
    co_await stop_views();  // the probe of choose_mode needs a worker
    co_await choose_mode(connection);
    co_await load_views(connection);
    upkeep_.hurry();
    statistics_watch_.forget();
    log_.info("leading", {{"views", static_cast<std::int64_t>(views_.size())}});
    auto action = doorbell_->connected(clock_.now());
    while (!stopping_) {
        const bool worked = co_await upkeep_.run_if_due(connection, views_);
        if (worked) {
            co_await statistics_watch_.look(connection, views_);
            co_await prover_.look(connection, views_);
        }
        action = co_await carry_out(connection, action);
        if (views_changed_) {
            co_await load_views(connection);
        }
    }
    co_await silence(connection);
}

asio::awaitable<void> Supervisor::silence(pg::Connection& connection) {
    const auto action = doorbell_->stop();
    if (action.kind == DoorbellAction::Kind::disarm) {
        co_await capture::set_bell(connection, capture::Bell::silent);
        doorbell_->disarmed(clock_.now());
    }
}

asio::awaitable<DoorbellAction> Supervisor::carry_out(pg::Connection& connection, DoorbellAction action) {
    using Kind = DoorbellAction::Kind;
    switch (action.kind) {
        case Kind::arm:
            co_await capture::set_bell(connection, capture::Bell::armed);
            co_return doorbell_->armed(clock_.now());
        case Kind::disarm:
            co_await capture::set_bell(connection, capture::Bell::silent);
            co_return doorbell_->disarmed(clock_.now());
        case Kind::poll:
            co_return co_await look(connection);
        case Kind::wait_until:
            co_return co_await wait(connection, action.until);
        case Kind::none:
        case Kind::stopped:
            break;
    }
    throw std::logic_error("the doorbell asked for nothing although there is a session");
}

asio::awaitable<capture::Look> Supervisor::measured_look(pg::Connection& connection) {
    try {
        const bool seldom = doorbell_->state() == DoorbellMachine::State::asleep;
        co_return co_await capture::look(connection, seldom ? watching_look_sql_ : look_sql_);
    } catch (const pg::Error&) {
        metrics_.polled(observe::PollOutcome::failed);
        throw;
    }
}

asio::awaitable<DoorbellAction> Supervisor::look(pg::Connection& connection) {
    const auto since = clock_.now();
    look_wanted_since_.reset();
    std::optional<capture::Look> seen;
    try {
        seen = co_await measured_look(connection);
    } catch (const pg::Error& error) {
        if (error.sqlstate() != undefined_table) {
            throw;
        }
    }
    if (!seen) {  // a log went with its views
        views_changed_ = true;
        co_return doorbell_->tick(clock_.now());
    }
    const auto& found = *seen;
    set_database(observe::DatabaseState::up);
    metrics_.set_database_time(observe::SystemTime(
        std::chrono::duration_cast<observe::SystemTime::duration>(std::chrono::duration<double>(found.now))));
    metrics_.set_notification_queue_usage(found.notification_queue_usage);
    views_changed_ = views_changed_ || views_differ(found);
    Poll poll;
    poll.snapshot_xmin = found.snapshot_xmin;
    poll.snapshot_xmax = found.snapshot_xmax;
    poll.took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.now() - since);
    for (const auto& view : found.views) {
        for (const auto& loop : views_) {
            if (loop->view_id() != view.id) {
                continue;
            }
            loop->looked(view, found.now, since);
            if (view.pending > 0 && loop->takes_changes()) {
                poll.found = Poll::Found::changes;
            }
        }
    }
    upkeep_.looked(found, poll.found == Poll::Found::changes);
    metrics_.polled(poll.found == Poll::Found::changes ? observe::PollOutcome::found : observe::PollOutcome::empty);
    upkeep_.request_due(views_, found.now);
    for (const auto& loop : views_) {
        if (const auto payload = loop->take_held_announcement()) {
            co_await connection.prepared("SELECT pg_notify('freshet_refreshed', $1)", pg::params(*payload));
        }
    }
    co_return doorbell_->polled(clock_.now(), poll);
}

bool Supervisor::views_differ(const capture::Look& found) const {
    std::set<int> ids;
    for (const auto& view : found.views) {
        ids.insert(view.id);
    }
    return ids != known_ids_;
}

// The bell names the source, so its readers need not wait until we have looked.
void Supervisor::tell_readers(const std::deque<pg::Notification>& notifications) {
    std::set<int> sources;
    for (const auto& one : notifications) {
        const auto payload = nlohmann::json::parse(one.payload, nullptr, false);
        if (one.channel == "freshet" && payload.is_object() &&
            payload.value("source", nlohmann::json()).is_number_integer()) {
            sources.insert(payload["source"].get<int>());
        }
    }
    for (const auto& loop : views_) {
        if (std::any_of(sources.begin(), sources.end(), [&](int source) { return loop->reads(source); })) {
            loop->rung();
        }
    }
}

// A view has been refreshed, and there may be more. While writers ring they have told all its readers, and these are
// refreshed right now: our look would only take the processor from them.
std::optional<core::Clock::TimePoint> Supervisor::look_wanted_at() const {
    if (!look_wanted_since_) {
        return std::nullopt;
    }
    const bool told = doorbell_->state() == DoorbellMachine::State::asleep;
    return *look_wanted_since_ + (told ? pause_for_the_told : std::chrono::milliseconds(0));
}

asio::awaitable<DoorbellAction> Supervisor::wait(pg::Connection& connection, core::Clock::TimePoint until) {
    until = std::min(until, upkeep_.next());
    const auto look_at = look_wanted_at();
    if (look_at) {
        until = std::min(until, *look_at);
    }
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(until - clock_.now()) + std::chrono::milliseconds(1);
    if (stopping_) {
        co_return doorbell_->tick(clock_.now());
    }
    if (look_at && *look_at <= clock_.now()) {
        co_return co_await look(connection);
    }
    if (left.count() <= 0) {
        co_return doorbell_->tick(clock_.now());
    }
    co_await async::first_of(hear(connection, left), wake_.wait());
    const auto notifications = connection.take_notifications();
    if (!notifications.empty()) {
        metrics_.notifications_received(static_cast<std::int64_t>(notifications.size()));
        tell_readers(notifications);
        co_return doorbell_->notified(clock_.now());
    }
    co_return doorbell_->tick(clock_.now());
}

observe::DaemonStatus Supervisor::status() const {
    observe::DaemonStatus status;
    status.version = std::string(core::version());
    status.database = database_;
    status.leadership = leadership_;
    for (const auto& view : views_) {
        status.views.push_back(view->status());
    }
    for (const auto& name : missing_) {
        observe::ViewStatus missing;
        missing.name = name;
        status.views.push_back(std::move(missing));
    }
    return status;
}

}  // namespace freshet::schedule
