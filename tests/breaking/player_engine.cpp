// What the player has the engine do, and whether that was right.
#include <algorithm>
#include <set>

#include "player.hpp"

namespace freshet::breaking {

namespace {

std::string sqlstate_of(const core::Error& error) {
    const auto* server = dynamic_cast<const pg::Error*>(&error);
    return server == nullptr ? "" : server->sqlstate();
}

bool is_capture_fault(const std::exception_ptr& failure) {
    try {
        if (failure) {
            std::rethrow_exception(failure);
        }
    } catch (const core::Error& error) {
        return std::string_view(error.what()).find(" are not captured: ") != std::string_view::npos;
    }
    return false;
}

std::string text_of(const core::Error& error) {
    std::string text = error.what();
    if (const auto* faults = dynamic_cast<const core::Faults*>(&error)) {
        for (const auto& fault : faults->faults()) {
            text += "\n" + fault.text();
        }
    }
    if (const auto* server = dynamic_cast<const pg::Error*>(&error)) {
        text += "\n" + server->fields().detail + "\nin: " + server->fields().statement;
    }
    return text;
}

}  // namespace

void Player::upkeep() {
    if (!schema_stands_) {
        return;
    }
    note("freshetd rotates and trims its logs, and looks after its capture");
    hand_.upkeep();
    for (const auto& obstacle : hand_.restore()) {
        note("  " + first_line(obstacle));
    }
}

// A view cannot be installed without those it reads.
std::vector<int> Player::buildable(std::vector<int> variants) const {
    for (std::size_t i = 0; i < variants.size(); ++i) {
        const auto below = views_below(case_->views[i]);
        if (!query_of(*case_, case_->views[i], variants[i]) ||
            std::any_of(below.begin(), below.end(), [&](std::size_t lower) { return variants[lower] < 0; })) {
            variants[i] = -1;
        }
    }
    return variants;
}

settings::Settings Player::settings_for(const std::vector<int>& variants) {
    settings::Settings settings;
    for (std::size_t i = 0; i < variants.size(); ++i) {
        if (variants[i] < 0) {
            continue;
        }
        const auto& view = case_->views[i];
        auto& one = settings.views.emplace_back();
        one.name = view.setting_name();
        one.query = query_of(*case_, view, variants[i]).value();
        one.query_file = view.name + ".sql";
        one.strategy = view.by_key          ? settings::StrategyChoice::partial
                       : view.computed_anew ? settings::StrategyChoice::automatic
                                            : settings::StrategyChoice::delta;
        if (!view.keep.empty()) {
            one.retention = settings::Retention{view.levels.front().keys.front().name, view.keep};
        }
        if (view.computed_anew) {
            note("  computed anew with what it reads:");
        }
        note("  " + one.name + (view.keep.empty() ? "" : " (keep " + view.keep + ")") + ": " + one.query);
        if (view.by_key) {
            one.keys = {view.by_key->columns.front().name};
            for (const auto& dirty : view.by_key->dirty) {
                auto& keys = one.dirty_keys.emplace_back();
                keys.table = dirty.relation;
                keys.all = dirty.query.empty();
                keys.query = dirty.query;
                note("    dirty_keys of " + keys.table + ": " + (dirty.query.empty() ? "all" : dirty.query));
            }
        }
    }
    return settings;
}

void Player::install(const std::vector<int>& wanted) {
    note("freshetd install:");
    const auto variants = buildable(wanted);
    try {
        hand_.install(settings_for(variants));
        schema_stands_ = true;
        variants_ = variants;
    } catch (const core::Faults& error) {
        fail(Failure::Kind::refused, text_of(error));
    } catch (const core::Error& error) {
        note("  " + std::string(error.what()));
        // Data that a query cannot read keeps its view from being built; the views of before are as they were.
        if (!sqlstate_of(error).starts_with("22")) {
            fail(Failure::Kind::stuck, "install: " + text_of(error));
        }
        variants_.assign(variants.size(), -1);
    }
}

bool Player::is_installed(std::size_t view) const {
    return variants_[view] >= 0 && query_of(*case_, case_->views[view], variants_[view]);
}

// All installed views that are connected with it, as chance wired them.
std::vector<std::size_t> Player::chain_of(std::size_t view) const {
    std::set<std::size_t> members{view};
    for (std::size_t before = 0; before != members.size();) {
        before = members.size();
        for (std::size_t i = 0; i < case_->views.size(); ++i) {
            auto linked = is_installed(i) ? views_below(case_->views[i]) : std::set<std::size_t>{};
            linked.insert(i);
            if (is_installed(i) &&
                std::any_of(linked.begin(), linked.end(), [&](std::size_t one) { return members.contains(one); })) {
                members.merge(linked);
            }
        }
    }
    return {members.begin(), members.end()};
}

bool Player::reads(std::size_t upper, std::size_t lower) const {
    const auto below = views_below(case_->views[upper]);
    return std::any_of(below.begin(), below.end(), [&](std::size_t one) { return one == lower || reads(one, lower); });
}

std::size_t Player::number_of(const std::string& name) const {
    const auto found =
        std::find_if(case_->views.begin(), case_->views.end(), [&](const View& view) { return view.quoted() == name; });
    return static_cast<std::size_t>(found - case_->views.begin());
}

// Before the first statement after BEGIN and the locks: nothing has taken a snapshot before. What writers do meanwhile
// comes after that, one step before each of the engine's statements.
void Player::engine_sends(pg_conn* session, const std::string& sql) {
    if (!watch_) {
        return;
    }
    if (sql.starts_with("WITH overflowing AS ")) {
        note("values of large groups are moved");
    }
    if (sql.starts_with("BEGIN ISOLATION LEVEL REPEATABLE READ")) {
        watch_->begun = true;
        watch_->seen = false;
        return;
    }
    if (!watch_->begun || !is_in_transaction(session) || sql.starts_with("LOCK TABLE ")) {
        return;
    }
    if (!watch_->seen) {
        watch_->expected = witness_.queries_in(export_snapshot(session), *case_, watch_->views, variants_);
        watch_->seen = true;
    }
    if (!watch_->meanwhile.empty()) {
        const auto next = std::move(watch_->meanwhile.front());
        watch_->meanwhile.erase(watch_->meanwhile.begin());
        step(next);
    }
}

// What is thrown is nobody's fault but the target's here: there is no lost connection.
std::vector<Refreshed> Player::refreshed(std::size_t view, const refresh::Request& request) {
    try {
        return hand_.refresh(name_of_view(view), request);
    } catch (const core::Error&) {
        std::vector<Refreshed> failed(1);
        failed.front() = {name_of_view(view), std::nullopt, std::current_exception()};
        return failed;
    }
}

bool Player::refresh(std::size_t view, refresh::Work work, const std::vector<Step>& meanwhile) {
    if (!is_installed(view)) {
        for (const auto& one : meanwhile) {
            step(one);
        }
        return false;
    }
    note("freshetd " + std::string(work == refresh::Work::fold ? "folds " : "recomputes ") + name_of_view(view) +
         (meanwhile.empty() ? "" : "; meanwhile:"));
    indent_ = "  ";
    refresh::Request request;
    request.work = work;
    if (tally_.refreshes % 2 == 1) {
        request.few_changes = 0;  // the texts for many changes are to be as exact
    }
    request.trigger = work == refresh::Work::fold ? refresh::Trigger::event : refresh::Trigger::manual;
    if (!case_->views[view].keep.empty()) {
        request.keep = case_->views[view].keep;
    }
    watch_ = Watch{chain_of(view), false, false, {}, meanwhile};
    const auto done = refreshed(view, request);
    ++tally_.refreshes;
    auto watched = std::move(*watch_);
    watch_.reset();
    for (const auto& one : watched.meanwhile) {
        step(one);
    }
    indent_.clear();
    if (std::any_of(done.begin(), done.end(), [](const Refreshed& one) { return is_capture_fault(one.error); })) {
        return repair() && refresh(view, work, {});
    }
    watch_ = std::move(watched);
    const bool compared = judge(done);
    watch_.reset();
    return compared;
}

// As the daemon does when a view cannot be folded because changes were missed.
bool Player::repair() {
    note("  changes were missed: freshetd puts its capture back");
    const auto obstacles = hand_.restore();
    for (const auto& obstacle : obstacles) {
        note("  " + first_line(obstacle));
        if (obstacle.find("lock timeout") == std::string::npos) {
            fail(Failure::Kind::stuck, "restore: " + obstacle);
        }
    }
    return obstacles.empty();
}

// Whether a lock or data that cannot be evaluated stood in the way. What reads a view fails with it.
bool Player::excused(std::size_t view, const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const core::Error& error) {
        note("  " + case_->views[view].quoted() + ": " + first_line(error.what()));
        const auto sqlstate = sqlstate_of(error);
        if (sqlstate == "55P03" || (sqlstate.starts_with("22") && watch_->expected[view].cannot_be_evaluated())) {
            return true;
        }
        fail(Failure::Kind::stuck, name_of_view(view) + ": " + text_of(error));
        return false;
    }
}

bool Player::judge(const std::vector<Refreshed>& views) {
    std::set<std::size_t> failed;
    for (const auto& one : views) {
        const auto view = number_of(one.view);
        if (one.error) {
            excused(view, one.error);
            failed.insert(view);
        }
    }
    for (const auto& one : views) {
        const auto view = number_of(one.view);
        const bool left_out =
            std::any_of(failed.begin(), failed.end(), [&](std::size_t lower) { return reads(view, lower); });
        if (one.outcome && one.outcome->kind == refresh::Outcome::Kind::busy) {
            fail(Failure::Kind::stuck, name_of_view(view) + " was busy");
        } else if (one.outcome) {
            compare(view, *one.outcome);
        } else if (!one.error && !left_out) {
            fail(Failure::Kind::stuck, name_of_view(view) + " was left out for no reason");
        }
    }
    return failed.empty();
}

void Player::compare(std::size_t view, const refresh::Outcome& outcome) {
    const bool folded = outcome.strategy == "delta" || outcome.strategy == "partial";
    tally_.folds += folded ? 1 : 0;
    const auto& expected = watch_->expected[view];
    if (!watch_->seen || expected.had_to_wait()) {
        return;
    }
    ++tally_.comparisons;
    const auto published = witness_.published(*case_, case_->views[view], variants_[view]);
    if (expected.failed() && published.failed() && expected.cannot_be_evaluated() && published.cannot_be_evaluated()) {
        ++tally_.unevaluable;
        return;
    }
    if (expected.failed()) {
        return fail(Failure::Kind::lies, name_of_view(view) + " reads, but its query fails: " + expected.error);
    }
    if (published.failed()) {
        return fail(Failure::Kind::differs, name_of_view(view) + " cannot be read: " + published.error);
    }
    tally_.groups += static_cast<long>(published.rows.size());
    if (folded) {
        coverage_.folded(query_of(*case_, case_->views[view], variants_[view]).value());
    }
    const auto found = differences(expected, published);
    if (!found.empty()) {
        fail(Failure::Kind::differs, name_of_view(view) + " differs from its query in the snapshot of its position",
             found);
    }
}

// The user's own text by EXCEPT ALL, and the state behind the view: what it will answer after the next change.
void Player::prove(std::size_t view) {
    const auto& definition = case_->views[view];
    const auto found = witness_.differences(*case_, definition, variants_[view]);
    if (!found.empty()) {
        return fail(Failure::Kind::differs, name_of_view(view) + " differs from its query (EXCEPT ALL)", found);
    }
    note("freshetd verify " + name_of_view(view));
    refresh::VerifyRequest request;
    if (!definition.keep.empty()) {
        request.keep = definition.keep;
    }
    try {
        const auto proof = hand_.verify(name_of_view(view), request);
        std::vector<std::string> examples;
        for (const auto& example : proof.examples) {
            examples.push_back(example.side + " " + example.row);
        }
        if (proof.differences != 0) {
            fail(Failure::Kind::differs, name_of_view(view) + ": verify finds differences", examples);
        }
    } catch (const core::Error& error) {
        const auto sqlstate = sqlstate_of(error);
        if (sqlstate != "55P03" && !sqlstate.starts_with("22")) {
            fail(Failure::Kind::stuck, "verify: " + text_of(error));
        }
    }
}

void Player::quiet() {
    for (std::size_t view = 0; view < case_->views.size() && !failure_; ++view) {
        if (refresh(view, refresh::Work::fold, {}) && !failure_) {
            prove(view);
        }
    }
}

}  // namespace freshet::breaking
