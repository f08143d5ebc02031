#include "freshet/install/install.hpp"

#include <algorithm>

#include "eject.hpp"
#include "freshet/capture/integrity.hpp"
#include "freshet/capture/source_capture.hpp"
#include "freshet/catalog/chain.hpp"
#include "freshet/core/version.hpp"
#include "freshet/pg/advisory_lock.hpp"
#include "guard.hpp"
#include "planner.hpp"
#include "steps.hpp"

namespace freshet::install {

namespace {

// "freshetI" as a number: one install or uninstall at a time.
constexpr std::int64_t install_lock = 0x6672657368657449;
// A source that is not to be had for so long is put right by the watch over capture.
constexpr std::chrono::milliseconds rehome_lock_timeout{2000};
constexpr std::int64_t small_step = 1000;  // the weight of what reads no source

bool has_columns(const std::vector<query::ColumnFact>& facts, const std::vector<std::string>& names) {
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
        return std::any_of(facts.begin(), facts.end(), [&](const query::ColumnFact& one) { return one.name == name; });
    });
}

// Of the state of a view. Other tables were there when the plan was made.
asio::awaitable<bool> exists(pg::Connection& connection, sql::QualifiedName table) {
    if (!catalog::view_of_state(table)) {
        co_return true;
    }
    const auto found = co_await connection.query("SELECT to_regclass($1) IS NOT NULL", pg::params(table.quoted()));
    co_return found.boolean(0, 0);
}

class Installer {
  public:
    Installer(pg::Connection& connection, const settings::Settings& settings, const InstallOptions& options, Plan& plan)
        : connection_(connection),
          settings_(settings),
          options_(options),
          plan_(plan),
          locks_{options.lock_timeout, options.lock_patience} {}

    asio::awaitable<void> run();

  private:
    asio::awaitable<void> create_schema();
    asio::awaitable<void> discard_unfinished();
    asio::awaitable<void> write_events();
    enum class Views { old_and_new, final_only };
    asio::awaitable<void> install_captures(Views views);
    std::vector<std::string> readers_of(const sql::QualifiedName& table) const;
    asio::awaitable<void> drop_unused_sources();
    // Views whose present generations read views: those go before what they read does.
    asio::awaitable<void> drop_upper_views();
    asio::awaitable<void> drop(const ViewPlan& view);
    asio::awaitable<void> build(ViewPlan& view);
    asio::awaitable<void> put_waiting_in_place();
    bool chained(const ViewPlan& view) const;
    void step(std::string text, std::int64_t weight);
    std::optional<std::string> keep_of(const ViewPlan& view) const;

    pg::Connection& connection_;
    const settings::Settings& settings_;
    const InstallOptions& options_;
    Plan& plan_;
    LockPolicy locks_;
    std::vector<Built> waiting_;  // of a chain: to be put in place together
    std::int64_t done_ = 0;
    std::int64_t total_ = 1;
};

void Installer::step(std::string text, std::int64_t weight) {
    if (options_.progress) {
        options_.progress({std::move(text), std::min(done_, total_), total_});
    }
    done_ += weight;
}

std::optional<std::string> Installer::keep_of(const ViewPlan& plan) const {
    for (const auto& view : settings_.views) {
        if (sql::parse_qualified_name(view.name, "public") == plan.name && view.retention) {
            return view.retention->keep;
        }
    }
    return std::nullopt;
}

asio::awaitable<void> Installer::create_schema() {
    step("schema freshet", small_step);
    co_await under_lock(connection_, plan_.schema_statements, locks_, "create the schema freshet");
    co_await connection_.query(query_text("record_installation"),
                               pg::params(std::to_string(catalog::schema_version()), std::string(core::version())));
}

// Generations that an interrupted install left half-built.
asio::awaitable<void> Installer::discard_unfinished() {
    const auto views = co_await catalog::load_views(connection_, catalog::Unreadable::replaceable);
    for (const auto& view : views) {
        if (view.state == catalog::ViewState::building) {
            co_await drop_view(connection_, view, locks_);
        }
    }
}

asio::awaitable<void> Installer::write_events() {
    std::vector<std::string> statements{"DELETE FROM freshet.event"};
    for (const auto& event : plan_.events) {
        statements.push_back("INSERT INTO freshet.event (name, source_id, bit, predicate) SELECT " +
                             sql::literal(event.name) + ", s.id, " + std::to_string(event.bit) + ", " +
                             sql::literal(event.predicate) +
                             " FROM freshet.source s WHERE s.schema_name = " + sql::literal(event.table.schema) +
                             " AND s.table_name = " + sql::literal(event.table.name));
    }
    co_await under_lock(connection_, std::move(statements), locks_, "record the events");
}

asio::awaitable<void> Installer::install_captures(Views which) {
    std::map<sql::QualifiedName, CaptureNeed> needs;
    const auto need = [&](catalog::Strategy strategy, const compile::Program& program,
                          const std::vector<sql::QualifiedName>& tables) {
        for (const auto& table : tables) {
            if (catalog::keeps_state(strategy)) {
                needs[table].programs.push_back(&program);
            } else {
                ++needs[table].concurrent_views;
            }
        }
    };
    const auto tables_of = [](const catalog::StoredView& view) {
        std::vector<sql::QualifiedName> tables;
        for (const auto& source : view.sources) {
            tables.push_back(source.table);
        }
        return tables;
    };
    for (const auto& view : plan_.views) {
        need(view.strategy, view.program, view.sources);
        // Until the swap the generation in place goes on being maintained.
        if (which == Views::old_and_new && view.present && view.action != Action::keep) {
            need(view.present->strategy, view.present->program, tables_of(*view.present));
        }
    }
    const auto stored = co_await catalog::load_sources(connection_);
    const auto faults = co_await capture::capture_faults(connection_);
    const auto intact = [&](const catalog::StoredSource& source) {
        return std::none_of(faults.begin(), faults.end(),
                            [&](const capture::CaptureFault& fault) { return fault.source_id == source.id; });
    };
    for (auto& [table, wanted] : needs) {
        const bool there = co_await exists(connection_, table);
        if (!there) {
            continue;  // the state of a view that is still to be built
        }
        const auto plan = std::find_if(plan_.sources.begin(), plan_.sources.end(),
                                       [&](const SourcePlan& one) { return one.table == table; });
        const auto present = std::find_if(stored.begin(), stored.end(),
                                          [&](const catalog::StoredSource& one) { return one.table == table; });
        const auto facts = co_await catalog::table_facts(connection_, table);
        // A generation in place whose column is gone is broken already.
        std::erase_if(wanted.programs, [&](const compile::Program* program) {
            return !has_columns(facts.columns, program->source_of(table).columns);
        });
        const auto capture = capture::make_capture(
            plan->id, table, facts.columns, facts.primary_key, wanted.programs, events_on(plan_.events, table),
            wanted.concurrent_views, facts.partitioned ? capture::TableKind::partitioned : capture::TableKind::plain);
        // The state of a view below is freshet's own: nobody else alters it, and its drop must not be refused.
        if (which == Views::final_only && !catalog::view_of_state(table)) {
            co_await install_guard(connection_, capture, readers_of(table), locks_);
        }
        if (present != stored.end() && present->fingerprint == capture::fingerprint(capture) &&
            present->relation == facts.oid && intact(*present)) {
            continue;
        }
        step("capture of " + table.display(), small_step);
        co_await install_capture(connection_, capture, locks_);
    }
}

// The views that read the columns of a table, as they will be.
std::vector<std::string> Installer::readers_of(const sql::QualifiedName& table) const {
    std::vector<std::string> readers;
    for (const auto& view : plan_.views) {
        const auto& sources = view.sources;
        if (view.action != Action::drop && catalog::keeps_state(view.strategy) &&
            std::find(sources.begin(), sources.end(), table) != sources.end()) {
            readers.push_back(catalog::display_name(view.name));
        }
    }
    return readers;
}

asio::awaitable<void> Installer::drop_unused_sources() {
    for (const auto& source : plan_.sources) {
        if (source.action != Action::drop) {
            continue;
        }
        step("capture of " + source.table.display() + " removed", small_step);
        auto statements = source.statements;
        statements.push_back("DELETE FROM freshet.event WHERE source_id = " + std::to_string(source.id));
        statements.push_back("DELETE FROM freshet.source WHERE id = " + std::to_string(source.id));
        co_await under_lock(connection_, std::move(statements), locks_,
                            "remove the capture of " + source.table.display());
    }
}

asio::awaitable<void> Installer::drop(const ViewPlan& view) {
    co_await put_waiting_in_place();  // what read it reads something else from now on
    step("drop " + view.name.display(), small_step);
    co_await drop_view(connection_, *view.present, locks_);
}

asio::awaitable<void> Installer::drop_upper_views() {
    std::vector<const ViewPlan*> upper;
    for (const auto& view : plan_.views) {
        if (view.action == Action::drop && view.present->reads_views()) {
            upper.push_back(&view);
        }
    }
    std::sort(upper.begin(), upper.end(), [](const auto* left, const auto* right) { return left->id > right->id; });
    for (const auto* view : upper) {
        co_await drop(*view);
    }
}

// Whether it reads or is read, now or in the plan.
bool Installer::chained(const ViewPlan& view) const {
    const auto is_read = [&](const ViewPlan& other) {
        const bool in_plan = std::find(other.reads.begin(), other.reads.end(), view.name) != other.reads.end();
        return in_plan ||
               (other.present && view.present && catalog::views_below(*other.present).contains(view.present->id));
    };
    return !view.reads.empty() || (view.present && view.present->reads_views()) ||
           std::any_of(plan_.views.begin(), plan_.views.end(), is_read);
}

// Views that read each other wait for one another: the old ones go on being maintained until all the new ones are
// there.
asio::awaitable<void> Installer::build(ViewPlan& view) {
    if (view.adopt) {
        co_await put_waiting_in_place();  // it is proven with what readers see of the views it reads
    }
    if (!view.reads.empty()) {
        co_await install_captures(Views::old_and_new);
    }
    step("build " + view.name.display(), view.estimated_rows + small_step);
    auto built = co_await build_generation(connection_, view, keep_of(view), locks_);
    view.rows_that_differed = built.plan.rows_that_differed;
    if (chained(view) && !view.adopt) {
        waiting_.push_back(std::move(built));
        co_return;
    }
    std::vector<Built> alone;
    alone.push_back(std::move(built));
    co_await install::put_in_place(connection_, std::move(alone), locks_);
}

asio::awaitable<void> Installer::put_waiting_in_place() {
    if (!waiting_.empty()) {
        co_await install::put_in_place(connection_, std::exchange(waiting_, {}), locks_);
    }
}

asio::awaitable<void> Installer::run() {
    total_ = small_step * static_cast<std::int64_t>(plan_.sources.size() + 2);
    for (const auto& view : plan_.views) {
        total_ += view.action == Action::keep ? 0 : view.estimated_rows + small_step;
    }
    co_await create_schema();
    co_await discard_unfinished();
    co_await install_captures(Views::old_and_new);
    co_await write_events();
    co_await drop_upper_views();
    for (auto& view : plan_.views) {
        if (view.action == Action::drop && !view.present->reads_views()) {
            co_await drop(view);
        } else if (view.action == Action::create || view.action == Action::rebuild) {
            co_await build(view);
        } else if (view.action == Action::keep && view.present->definition != view.definition) {
            co_await connection_.query("UPDATE freshet.view SET definition = $2 WHERE id = $1::integer",
                                       pg::params(std::to_string(view.id), view.definition));
        }
    }
    co_await put_waiting_in_place();
    co_await install_captures(Views::final_only);
    co_await drop_unused_sources();
    done_ = total_;
    step("done", 0);
}

// Holds the install lock of this session while it lives between take and release.
asio::awaitable<void> take_install_lock(pg::Connection& connection) {
    const bool taken = co_await pg::try_advisory_lock(connection, install_lock);
    if (!taken) {
        throw core::Error("another freshetd is installing or uninstalling in this database", "wait for it to end");
    }
}

}  // namespace

asio::awaitable<Plan> install(pg::Connection& connection, settings::Settings settings, InstallOptions options) {
    co_await take_install_lock(connection);
    std::exception_ptr failure;
    Plan plan;
    try {
        plan = co_await make_plan(connection, settings, options.plan);
        co_await Installer(connection, settings, options, plan).run();
    } catch (const core::Error&) {
        failure = std::current_exception();
    }
    if (connection.alive()) {
        co_await pg::advisory_unlock(connection, install_lock);
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    co_return plan;
}

namespace {

bool can_be_ejected(const catalog::StoredView& view) {
    return catalog::keeps_state(view.strategy) && view.state != catalog::ViewState::building;
}

std::optional<settings::ViewSettings> configured(const UninstallOptions& options, const catalog::StoredView& view) {
    for (const auto& one : options.views) {
        if (sql::parse_qualified_name(one.name, "public") == view.name) {
            return one;
        }
    }
    return std::nullopt;
}

asio::awaitable<void> remove_views(pg::Connection& connection, const UninstallOptions& options, LockPolicy locks,
                                   Uninstalled& done) {
    const auto views = co_await catalog::load_views(connection, catalog::Unreadable::replaceable);
    for (const auto& view : views) {
        if (options.eject && can_be_ejected(view)) {
            const auto notes = co_await eject_view(connection, view, configured(options, view), locks);
            done.ejected.push_back(view.display_name());
            for (const auto& note : notes) {
                done.notes.push_back(view.display_name() + ": " + note);
            }
        } else {
            co_await drop_view(connection, view, locks);
            done.removed.push_back("view " + view.display_name());
        }
    }
}

}  // namespace

asio::awaitable<Uninstalled> uninstall(pg::Connection& connection, UninstallOptions options) {
    Uninstalled done;
    auto& removed = done.removed;
    const auto installation = co_await catalog::load_installation(connection);
    if (!installation) {
        co_return done;
    }
    co_await take_install_lock(connection);
    const LockPolicy locks{options.lock_timeout, options.lock_patience};
    co_await remove_views(connection, options, locks, done);
    const auto sources = co_await catalog::load_sources(connection);
    for (const auto& source : sources) {
        auto statements = capture::drop_capture(source.id);
        statements.push_back("DELETE FROM freshet.event WHERE source_id = " + std::to_string(source.id));
        statements.push_back("DELETE FROM freshet.source WHERE id = " + std::to_string(source.id));
        co_await under_lock(connection, std::move(statements), locks,
                            "remove the capture of " + source.table.display());
        removed.push_back("capture of " + source.table.display());
    }
    co_await pg::advisory_unlock(connection, install_lock);
    if (options.purge) {
        co_await under_lock(connection, std::vector<std::string>(1, "DROP SCHEMA freshet CASCADE"), locks,
                            "drop the schema freshet");
        removed.emplace_back("schema freshet with the refresh log");
    }
    co_return done;
}

asio::awaitable<Rehomed> rehome(pg::Connection& connection) {
    Rehomed done;
    const auto installation = co_await catalog::load_installation(connection);
    if (!installation || installation->why_void().empty()) {
        co_return done;
    }
    done.reason = installation->why_void();
    const std::string told = !installation->same_cluster() ? "restored from another cluster"
                             : installation->copied        ? "restored from a dump"
                                                           : "the server has numbered its transactions anew";
    auto transaction = co_await pg::Transaction::begin(connection, pg::Isolation::read_committed);
    std::string logs = "freshet.marker_0, freshet.marker_1";
    const auto tables = co_await connection.query(
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'freshet'::regnamespace AND c.relkind = "
        "'r' "
        "AND c.relname ~ '^log_[0-9]+_[01]$'");
    for (int i = 0; i < tables.rows(); ++i) {
        logs += ", " + tables.text(i, 0);
    }
    co_await connection.script("TRUNCATE " + logs);
    const auto rows = co_await connection.query(query_text("rehome"), pg::params(done.reason, told));
    for (int i = 0; i < rows.rows(); ++i) {
        done.views.push_back(rows.text(i, 0));
    }
    co_await transaction.commit();
    const auto sources = co_await catalog::load_sources(connection);
    for (const auto& source : sources) {
        co_await capture::restore(connection, source.id, rehome_lock_timeout);
    }
    co_return done;
}

asio::awaitable<void> record_timeline(pg::Connection& connection) {
    co_await connection.query(query_text("record_timeline"));
}

asio::awaitable<void> mark_ready(pg::Connection& connection, int view_id) {
    co_await connection.query("UPDATE freshet.view SET state = 'ready' WHERE id = $1::integer AND state = 'broken'",
                              pg::params(std::to_string(view_id)));
}

asio::awaitable<void> mark_broken(pg::Connection& connection, int view_id, std::string reason) {
    co_await connection.query(
        "WITH marked AS (UPDATE freshet.view SET state = 'broken' WHERE id = $1::integer) UPDATE freshet.position SET "
        "last_error = $2, last_status = 'failed' WHERE view_id = $1::integer",
        pg::params(std::to_string(view_id), std::move(reason)));
}

}  // namespace freshet::install
