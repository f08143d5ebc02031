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

void replace_all(std::string& sql, const std::string& what, const std::string& with) {
    for (auto at = sql.find(what); at != std::string::npos; at = sql.find(what, at + 1)) {
        sql.replace(at, what.size(), with);
    }
}

// Groups of a case have few values, and each a few times, but are to be large ones, too.
std::string with_values_in_row(std::string sql, int limit) {
    for (const std::string comparison : {" > ", " <= "}) {
        replace_all(sql, comparison + "128", comparison + std::to_string(limit));
    }
    if (limit < 128) {
        replace_all(sql, "1000000000", std::to_string(limit + 2));
    }
    return sql;
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
            refresh(step.view, refresh::Work::fold, step.meanwhile);
            return;
        case Act::recompute:
            refresh(step.view, refresh::Work::recompute, step.meanwhile);
            return;
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

}  // namespace freshet::breaking
