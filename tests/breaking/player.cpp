#include "player.hpp"

#include <algorithm>
#include <stdexcept>

namespace freshet::breaking {

namespace {

constexpr int sessions = 4;

std::string script_of_definitions(const std::vector<std::string>& statements) {
    auto text = type_definitions();
    for (const auto& statement : statements) {
        text += statement + ";\n";
    }
    return text;
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

// Groups of a case have few values, but are to be large ones, too.
std::string with_values_in_row(std::string sql, int limit) {
    for (const std::string comparison : {" > ", " <= "}) {
        const auto built_in = comparison + "128";
        for (auto at = sql.find(built_in); at != std::string::npos; at = sql.find(built_in, at + 1)) {
            sql.replace(at, built_in.size(), comparison + std::to_string(limit));
        }
    }
    return sql;
}

std::string sqlstate_of(const core::Error& error) {
    const auto* server = dynamic_cast<const pg::Error*>(&error);
    return server == nullptr ? "" : server->sqlstate();
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

std::string name_of(Failure::Kind kind) {
    switch (kind) {
        case Failure::Kind::differs:
            return "a view differs from its query";
        case Failure::Kind::refused:
            return "a view was refused";
        case Failure::Kind::stuck:
            return "the engine failed";
        case Failure::Kind::lies:
            return "a view reads although its query fails";
        case Failure::Kind::hurt:
            return "a writer's statement failed because of freshet";
    }
    throw std::logic_error("unknown kind of failure");
}

Player::Player(Place& place, Rewrite rewrite)
    : place_(place), rewrite_(std::move(rewrite)), hand_(place.conninfo()), witness_(place) {
    listener_.before = [this](pg_conn* session, const std::string& sql) { engine_sends(session, sql); };
    listener_.rewrite = [this](const std::string& sql) {
        const auto sent = with_values_in_row(sql, case_->values_in_row);
        return rewrite_ ? rewrite_(sent) : sent;
    };
}

std::optional<Failure> Player::play(const Case& one) {
    end_sessions();
    place_.clear();
    for (int i = 0; i < sessions; ++i) {
        sessions_.push_back(place_.session());
    }
    case_ = &one;
    open_.assign(sessions, false);
    variants_.assign(one.views.size(), -1);
    schema_stands_ = false;
    failure_.reset();
    script_ = script_of_definitions(definitions(one));
    place_.session().exec(script_.substr(type_definitions().size()));
    coverage_.begin_case();
    const WireTap tap(listener_);
    for (played_ = 0; played_ < one.steps.size() && !failure_; ++played_) {
        step(one.steps[played_]);
    }
    coverage_.end_case(script_);
    end_sessions();
    return failure_;
}

void Player::end_sessions() {
    hand_.let_go();
    sessions_.clear();
}

void Player::fail(Failure::Kind kind, std::string what, std::vector<std::string> differences) {
    if (!failure_) {
        failure_ = Failure{kind, std::move(what), std::move(differences)};
    }
}

void Player::note(const std::string& line) {
    script_ += "-- " + indent_ + line + "\n";
}

void Player::step(const Step& step) {
    switch (step.act) {
        case Act::write:
            return write(step);
        case Act::control:
            return control(step);
        case Act::fold:
            return refresh(step.view, refresh::Work::fold, step.meanwhile);
        case Act::recompute:
            return refresh(step.view, refresh::Work::recompute, step.meanwhile);
        case Act::upkeep:
            return upkeep();
        case Act::install:
            return install(step.variants);
        case Act::quiet:
            return quiet();
    }
}

// --- writers
// ----------------------------------------------------------------------------------------------------------

void Player::run_statement(int session, const std::string& sql, const std::string& copied) {
    ++tally_.statements;
    auto& client = sessions_[static_cast<std::size_t>(session)];
    try {
        if (copied.empty()) {
            client.exec(sql);
        } else {
            client.copy_in(sql, copied);
        }
    } catch (const testing::ClientError& error) {
        ++tally_.failed_statements;
        note("  " + first_line(error.what()));
        if (std::string_view(error.what()).find("freshet") != std::string_view::npos) {
            fail(Failure::Kind::hurt, sql + "\n" + error.what());
        }
        throw;
    }
}

void Player::say(int session, const std::string& sql) {
    script_ += "/* " + indent_ + "session " + std::to_string(session + 1) + " */ " + sql + ";\n";
}

// A statement that fails leaves its transaction as it was, as with psql's ON_ERROR_ROLLBACK.
void Player::write(const Step& step) {
    std::string copied;
    const auto sql = statement_of(*case_, step.write, copied);
    if (!sql) {
        return;
    }
    const bool open = open_[static_cast<std::size_t>(step.session)];
    auto& client = sessions_[static_cast<std::size_t>(step.session)];
    if (open) {
        client.exec("SAVEPOINT freshet_statement");
        say(step.session, "SAVEPOINT freshet_statement");
    }
    say(step.session, *sql);
    script_ += copied.empty() ? "" : copied + "\\.\n";
    std::string end = "RELEASE SAVEPOINT freshet_statement";
    try {
        run_statement(step.session, *sql, copied);
    } catch (const testing::ClientError&) {
        end = "ROLLBACK TO SAVEPOINT freshet_statement";
    }
    if (open) {
        client.exec(end);
        say(step.session, end);
    }
}

void Player::control(const Step& step) {
    const auto session = static_cast<std::size_t>(step.session);
    say(step.session, step.sql);
    try {
        run_statement(step.session, step.sql, "");
        open_[session] = open_[session] || step.sql.starts_with("BEGIN");
    } catch (const testing::ClientError&) {
        if (open_[session]) {
            sessions_[session].exec("ROLLBACK");
            say(step.session, "ROLLBACK");
        }
        open_[session] = false;
    }
    if (step.sql == "COMMIT" || step.sql == "ROLLBACK" || step.sql.starts_with("PREPARE")) {
        open_[session] = false;
    }
}

// --- the engine
// -------------------------------------------------------------------------------------------------------

void Player::upkeep() {
    if (!schema_stands_) {
        return;
    }
    note("freshetd rotates and trims its logs");
    hand_.upkeep();
}

void Player::install(const std::vector<int>& variants) {
    settings::Settings settings;
    note("freshetd install:");
    for (std::size_t i = 0; i < variants.size(); ++i) {
        const auto& view = case_->views[i];
        const auto query = query_of(*case_, view, variants[i]);
        if (variants[i] < 0 || !query) {
            continue;
        }
        auto& one = settings.views.emplace_back();
        one.name = view.setting_name();
        one.query = *query;
        one.query_file = view.name + ".sql";
        one.strategy = settings::StrategyChoice::delta;
        if (!view.keep.empty()) {
            one.retention = settings::Retention{view.levels.front().keys.front().name, view.keep};
        }
        note("  " + one.name + (view.keep.empty() ? "" : " (keep " + view.keep + ")") + ": " + *query);
    }
    try {
        hand_.install(settings);
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

// The second statement after BEGIN: the first has taken the snapshot. What writers do meanwhile comes after that, one
// step before each of the engine's statements.
void Player::engine_sends(pg_conn* session, const std::string& sql) {
    if (!watch_) {
        return;
    }
    if (sql.starts_with("WITH overflowing AS ")) {
        note("values of large groups are moved");
    }
    if (sql.starts_with("BEGIN ISOLATION LEVEL REPEATABLE READ")) {
        watch_->statements = 0;
        watch_->seen = false;
        return;
    }
    if (watch_->statements < 0 || !is_in_transaction(session) || ++watch_->statements < 2) {
        return;
    }
    if (!watch_->seen) {
        watch_->expected =
            witness_.query_in(export_snapshot(session), *case_, case_->views[watch_->view], variants_[watch_->view]);
        watch_->seen = true;
    }
    if (!watch_->meanwhile.empty()) {
        const auto next = std::move(watch_->meanwhile.front());
        watch_->meanwhile.erase(watch_->meanwhile.begin());
        step(next);
    }
}

void Player::refresh(std::size_t view, refresh::Work work, const std::vector<Step>& meanwhile) {
    if (variants_[view] < 0 || !query_of(*case_, case_->views[view], variants_[view])) {
        for (const auto& one : meanwhile) {
            step(one);
        }
        return;
    }
    note("freshetd " + std::string(work == refresh::Work::fold ? "folds " : "recomputes ") + name_of_view(view) +
         (meanwhile.empty() ? "" : "; meanwhile:"));
    indent_ = "  ";
    refresh::Request request;
    request.work = work;
    request.trigger = work == refresh::Work::fold ? refresh::Trigger::event : refresh::Trigger::manual;
    if (!case_->views[view].keep.empty()) {
        request.keep = case_->views[view].keep;
    }
    watch_ = Watch{view, -1, false, false, {}, meanwhile};
    std::optional<std::string> error;
    std::string sqlstate;
    try {
        const auto outcome = hand_.refresh(name_of_view(view), request);
        ++tally_.refreshes;
        watch_->folded = outcome.strategy == "delta";
        tally_.folds += watch_->folded ? 1 : 0;
        if (outcome.kind == refresh::Outcome::Kind::busy) {
            error = "the view was busy";
        }
    } catch (const core::Error& thrown) {
        error = text_of(thrown);
        sqlstate = sqlstate_of(thrown);
    }
    const auto watched = std::move(*watch_);
    watch_.reset();
    for (const auto& one : watched.meanwhile) {
        step(one);
    }
    indent_.clear();
    watch_ = watched;
    judge(view, error, sqlstate);
    watch_.reset();
}

void Player::judge(std::size_t view, const std::optional<std::string>& error, const std::string& sqlstate) {
    const auto& expected = watch_->expected;
    if (error) {
        note("  " + first_line(*error));
        const bool excused = sqlstate == "55P03" || (sqlstate.starts_with("22") && expected.cannot_be_evaluated());
        if (!excused) {
            fail(Failure::Kind::stuck, name_of_view(view) + ": " + *error);
        }
        return;
    }
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
    if (watch_->folded) {
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
        const bool installed = variants_[view] >= 0 && query_of(*case_, case_->views[view], variants_[view]);
        if (installed) {
            refresh(view, refresh::Work::fold, {});
        }
        if (installed && !failure_) {
            prove(view);
        }
    }
}

}  // namespace freshet::breaking
