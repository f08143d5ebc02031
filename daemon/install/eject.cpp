#include "eject.hpp"

#include <algorithm>

#include "adoption.hpp"
#include "freshet/async/sleep.hpp"
#include "freshet/compile/emit.hpp"
#include "freshet/refresh/verify.hpp"
#include "handover.hpp"

namespace freshet::install {

namespace {

// Of a view that was never adopted: what the configuration asks for, and what REFRESH ... CONCURRENTLY needs.
std::vector<std::string> indexes_of(const catalog::StoredView& view,
                                    const std::optional<settings::ViewSettings>& configured,
                                    const sql::QualifiedName& relation) {
    std::vector<std::string> statements;
    std::string identity;
    const auto name = [&](const std::string& role) { return sql::quote(view.name.name.substr(0, 40) + "_" + role); };
    for (const auto& column : compile::identity_columns(view.program)) {
        identity += (identity.empty() ? "" : ", ") + sql::quote(column);
    }
    if (!identity.empty()) {
        statements.push_back("CREATE UNIQUE INDEX " + name("identity") + " ON " + relation.quoted() + " (" + identity +
                             ")");
    }
    const std::vector<std::vector<std::string>> none;
    for (const auto& columns : configured ? configured->indexes : none) {
        std::string list;
        for (const auto& column : columns) {
            list += (list.empty() ? "" : ", ") + column;
        }
        statements.push_back("CREATE INDEX " + name(std::to_string(statements.size())) + " ON " + relation.quoted() +
                             " (" + list + ")");
    }
    return statements;
}

class Ejection {
  public:
    Ejection(pg::Connection& connection, const catalog::StoredView& view,
             std::optional<settings::ViewSettings> configured, LockPolicy policy)
        : connection_(connection),
          view_(view),
          configured_(std::move(configured)),
          policy_(policy),
          beside_{view.name.schema, "freshet_new_" + std::to_string(view.id)} {}

    asio::awaitable<std::vector<std::string>> run() {
        if (!view_.unreadable.empty()) {
            throw core::Error("cannot give back " + view_.display_name() + ": " + view_.unreadable,
                              "run freshetd install, which builds it anew, then uninstall again");
        }
        adoption_ = co_await load_adoption(connection_, view_.name);
        refresh::VerifyRequest request;
        request.keep =
            configured_ && configured_->retention ? std::optional(configured_->retention->keep) : std::nullopt;
        request.prepare = [this] { return materialise(); };
        request.conclude = [this] { return swap(); };
        auto compared = view_;
        compared.definition = "SELECT * FROM " + beside_.quoted();
        refresh::Proof proof;
        const Attempt attempt = [&] { return try_proof(compared, request, proof); };
        co_await try_until_done(attempt, policy_, "give back " + view_.name.display());
        if (proof.differences > 0) {
            throw core::Error("cannot give back " + view_.name.display() + ": it differs from its query in " +
                                  std::to_string(proof.differences) + " rows",
                              "freshetd verify --repair, then uninstall again");
        }
        co_return notes_;
    }

  private:
    asio::awaitable<void> run_all(std::vector<std::string> statements) {
        for (const auto& statement : statements) {
            co_await connection_.script(statement);
        }
    }

    // Under another name, in the snapshot of the turn.
    asio::awaitable<void> materialise() {
        const auto path =
            (view_.name.schema == "public" ? "" : sql::quote(view_.name.schema) + ", ") + std::string("public");
        const auto like = adoption_ ? adoption_->relation : Relation{};
        co_await connection_.query("SELECT set_config('search_path', $1, true)", pg::params(path));
        co_await connection_.script(create_materialized(beside_, like, view_.definition, Data::present));
        co_await connection_.query("SELECT set_config('search_path', 'pg_catalog', true)");
        for (const auto& index : like.indexes) {
            co_await run_all(create_index(index, beside_));
        }
        if (!adoption_) {
            co_await run_all(indexes_of(view_, configured_, beside_));
        }
    }

    // False if another refreshes the view.
    asio::awaitable<bool> try_proof(const catalog::StoredView& compared, const refresh::VerifyRequest& request,
                                    refresh::Proof& proof) {
        proof = co_await refresh::verify(connection_, compared, request);
        co_return !proof.busy;
    }

    // The transaction is long and its work dear: while a lock is not to be had, only this part is tried again.
    asio::awaitable<void> swap() {
        const Attempt attempt = [this] { return try_swap(); };
        co_await try_until_done(attempt, policy_, "give back " + view_.name.display());
    }

    asio::awaitable<bool> try_swap() {
        co_await connection_.script("SAVEPOINT freshet_swap");
        std::exception_ptr failure;
        try {
            co_await hand_back();
            co_return true;
        } catch (const pg::Error& error) {
            if (!worth_another_try(error)) {
                failure = std::current_exception();
            }
        }
        if (failure) {
            std::rethrow_exception(failure);
        }
        co_await connection_.script("ROLLBACK TO SAVEPOINT freshet_swap");
        co_return false;
    }

    asio::awaitable<void> hand_back() {
        co_await connection_.query("SELECT set_config('lock_timeout', $1, true)",
                                   pg::params(std::to_string(policy_.timeout.count()) + "ms"));
        const auto before = co_await read_legacy(connection_, view_.name);
        if (!before) {
            throw core::Error("the view " + view_.name.display() + " is gone",
                              "run freshetd install, then uninstall again");
        }
        co_await run_all(lock_statements(*before));
        const auto legacy = co_await read_legacy(connection_, view_.name);
        for (const auto& obstacle : obstacles(*legacy)) {
            throw core::Error("cannot give back " + view_.name.display() + ": " + obstacle.message, obstacle.hint);
        }
        notes_ = losses(*legacy);
        const std::vector<std::string> create{"ALTER MATERIALIZED VIEW " + beside_.quoted() + " RENAME TO " +
                                              sql::quote(view_.name.name)};
        co_await run_all(handover(*legacy, create, Becomes::materialized_view));
        co_await run_all(forget_view(view_));
    }

    pg::Connection& connection_;
    const catalog::StoredView& view_;
    std::optional<settings::ViewSettings> configured_;
    LockPolicy policy_;
    sql::QualifiedName beside_;
    std::optional<Adoption> adoption_;
    std::vector<std::string> notes_;
};

}  // namespace

asio::awaitable<std::vector<std::string>> eject_view(pg::Connection& connection, const catalog::StoredView& view,
                                                     std::optional<settings::ViewSettings> configured,
                                                     LockPolicy policy) {
    Ejection ejection(connection, view, std::move(configured), policy);
    co_return co_await ejection.run();
}

}  // namespace freshet::install
