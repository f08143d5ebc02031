#include "freshet/install/capture_cost.hpp"

#include <algorithm>
#include <charconv>

#include "planner.hpp"
#include "steps.hpp"

namespace freshet::install {

namespace {

constexpr int sample_rows = 1000;
constexpr int fewest_rows = 100;  // below, what a statement costs hides what a row costs
constexpr int single_rows = 100;
constexpr int cycles = 3;  // the fastest counts

const sql::QualifiedName plain_table{"pg_temp", "freshet_plain"};
const sql::QualifiedName captured_table{"pg_temp", "freshet_captured"};
constexpr const char* sample_table = "pg_temp.freshet_sample";

// The objects of a capture in this session's own schema.
std::string made_temporary(std::string statement) {
    const std::string schema = "freshet.";
    const std::string own = "pg_temp.";
    for (auto at = statement.find(schema); at != std::string::npos; at = statement.find(schema, at + own.size())) {
        statement.replace(at, schema.size(), own);
    }
    return statement;
}

// Another value for a column that may not be NULL; empty where none is certain to fit.
std::string other_value(const query::ColumnFact& column) {
    const auto name = sql::quote(column.name);
    const auto& type = column.log_type;
    if (!column.not_null) {
        return "NULL";
    }
    if (type == "smallint" || type == "integer" || type == "bigint" || type.starts_with("numeric")) {
        return name + " / 2";
    }
    if (type == "date") {
        return name + " - 1";
    }
    return type == "boolean" ? "NOT " + name : "";
}

class Measurement {
  public:
    Measurement(pg::Connection& connection, capture::SourceCapture capture, std::int64_t source)
        : connection_(connection), capture_(std::move(capture)), source_(source) {
        cost_.table = capture_.table;
    }

    asio::awaitable<CaptureCost> run() {
        auto transaction = co_await pg::Transaction::begin(connection_, pg::Isolation::read_committed);
        std::exception_ptr lost;
        try {
            co_await measure();
        } catch (const pg::Error& error) {
            cost_.unmeasured = error.what();
            lost = connection_.alive() ? nullptr : std::current_exception();
        }
        if (lost) {
            std::rethrow_exception(lost);
        }
        co_await transaction.rollback();
        co_return cost_;
    }

  private:
    asio::awaitable<void> measure();
    asio::awaitable<void> read_columns();
    asio::awaitable<void> copy_tables();
    asio::awaitable<void> one_cycle(sql::QualifiedName table, double OperationCost::*side);
    asio::awaitable<double> per_row(std::string statement);
    asio::awaitable<double> single_inserts(sql::QualifiedName table);
    std::string update_of(const sql::QualifiedName& table) const;

    pg::Connection& connection_;
    capture::SourceCapture capture_;
    std::int64_t source_;
    std::string columns_;        // that can be written, of the source
    std::string record_values_;  // the same of a record r
    std::vector<std::string> writable_;
    CaptureCost cost_;
};

asio::awaitable<void> Measurement::read_columns() {
    const auto rows = co_await connection_.query(
        "SELECT attname::text FROM pg_attribute WHERE attrelid = $1::oid AND attnum > 0 AND NOT attisdropped AND "
        "attgenerated = '' ORDER BY attnum",
        pg::params(std::to_string(source_)));
    for (int i = 0; i < rows.rows(); ++i) {
        writable_.push_back(rows.text(i, 0));
        columns_ += (i == 0 ? "" : ", ") + sql::quote(writable_.back());
        record_values_ += (i == 0 ? "r." : ", r.") + sql::quote(writable_.back());
    }
}

asio::awaitable<void> Measurement::copy_tables() {
    const auto source = capture_.table.quoted();
    co_await connection_.script(
        "SET LOCAL lock_timeout = '200ms'; SET LOCAL statement_timeout = '2s'; SET LOCAL jit = off; "
        "CREATE TEMPORARY TABLE freshet_sample ON COMMIT DROP AS SELECT " +
        columns_ + " FROM " + source + " LIMIT " + std::to_string(sample_rows));
    const auto like = " (LIKE " + source + " INCLUDING GENERATED INCLUDING INDEXES)";
    co_await connection_.script("CREATE TABLE " + plain_table.quoted() + like + "; CREATE TABLE " +
                                captured_table.quoted() + like + "; CREATE TEMPORARY SEQUENCE doorbell");
    auto copy = capture_;
    copy.table = captured_table;
    for (const auto& statements : {capture::create_log(copy), capture::create_triggers(copy)}) {
        for (const auto& statement : statements) {
            co_await connection_.script(made_temporary(statement));
        }
    }
}

// EXPLAIN's own time leaves the way to the server out, and has the triggers in.
asio::awaitable<double> Measurement::per_row(std::string statement) {
    const auto plan = co_await connection_.query("EXPLAIN (ANALYZE, TIMING OFF) " + statement);
    const std::string label = "Execution Time: ";
    const auto line = plan.text(plan.rows() - 1, 0);
    double milliseconds = 0;
    if (line.starts_with(label)) {
        std::from_chars(line.data() + label.size(), line.data() + line.size(), milliseconds);
    }
    co_return milliseconds * 1000 / static_cast<double>(cost_.rows);
}

asio::awaitable<double> Measurement::single_inserts(sql::QualifiedName table) {
    const auto statement =
        "DO LANGUAGE plpgsql " +
        sql::literal("DECLARE r record; BEGIN FOR r IN SELECT * FROM " + std::string(sample_table) + " LIMIT " +
                     std::to_string(single_rows) + " LOOP INSERT INTO " + table.quoted() + " (" + columns_ +
                     ") VALUES (" + record_values_ + "); END LOOP; END");
    const auto start = std::chrono::steady_clock::now();
    co_await connection_.script(statement);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - start;
    co_return time.count() / single_rows;
}

// Empty if no captured column outside the key can be given another value.
std::string Measurement::update_of(const sql::QualifiedName& table) const {
    for (const auto& column : capture_.columns) {
        const auto key = std::find(capture_.identity.begin(), capture_.identity.end(), column.name);
        const auto writable = std::find(writable_.begin(), writable_.end(), column.name);
        const auto value = other_value(column);
        if (key == capture_.identity.end() && writable != writable_.end() && !value.empty()) {
            return "UPDATE " + table.quoted() + " SET " + sql::quote(column.name) + " = " + value;
        }
    }
    return "";
}

asio::awaitable<void> Measurement::one_cycle(sql::QualifiedName table, double OperationCost::*side) {
    const auto keep = [side](OperationCost& cost, double time) {
        cost.*side = cost.*side > 0 ? std::min(cost.*side, time) : time;
    };
    const auto insert = co_await per_row("INSERT INTO " + table.quoted() + " (" + columns_ + ") SELECT " + columns_ +
                                         " FROM " + sample_table);
    keep(cost_.insert, insert);
    const auto statement = update_of(table);
    if (!statement.empty()) {
        const auto update = co_await per_row(statement);
        cost_.update = cost_.update.value_or(OperationCost{});
        keep(*cost_.update, update);
    }
    const auto remove = co_await per_row("DELETE FROM " + table.quoted());
    keep(cost_.remove, remove);
    const auto single = co_await single_inserts(table);
    keep(cost_.single_insert, single);
    co_await connection_.script("DELETE FROM " + table.quoted());
}

asio::awaitable<void> Measurement::measure() {
    co_await read_columns();
    co_await copy_tables();
    const auto count = co_await connection_.query("SELECT count(*) FROM " + std::string(sample_table));
    cost_.rows = count.integer(0, 0);
    if (cost_.rows < fewest_rows) {
        cost_.unmeasured = "it has fewer than " + std::to_string(fewest_rows) + " rows to copy";
        co_return;
    }
    for (int i = 0; i < cycles; ++i) {
        co_await one_cycle(plain_table, &OperationCost::plain);
        co_await one_cycle(captured_table, &OperationCost::captured);
    }
}

asio::awaitable<bool> may_create_temporary(pg::Connection& connection) {
    const auto right = co_await connection.query(
        "SELECT has_database_privilege(current_database(), 'TEMPORARY') AND NOT pg_is_in_recovery()");
    co_return right.boolean(0, 0);
}

// The programs of `plan` that read the rows of a table.
std::vector<const compile::Program*> programs_over(const Plan& plan, const sql::QualifiedName& table) {
    std::vector<const compile::Program*> programs;
    for (const auto& view : plan.views) {
        if (view.action != Action::drop && catalog::keeps_state(view.strategy) &&
            std::find(view.sources.begin(), view.sources.end(), table) != view.sources.end()) {
            programs.push_back(&view.program);
        }
    }
    return programs;
}

bool is_measured(const Plan& plan, const SourcePlan& source) {
    return (source.action == Action::create || source.action == Action::rebuild) && source.table.schema != "freshet" &&
           !programs_over(plan, source.table).empty();
}

}  // namespace

asio::awaitable<std::vector<CaptureCost>> measure_capture(pg::Connection& connection, Plan plan,
                                                          std::chrono::milliseconds budget) {
    const auto deadline = std::chrono::steady_clock::now() + budget;
    const bool allowed = co_await may_create_temporary(connection);
    std::vector<CaptureCost> costs;
    for (const auto& source : plan.sources) {
        if (!is_measured(plan, source)) {
            continue;
        }
        CaptureCost cost;
        cost.table = source.table;
        if (!allowed) {
            cost.unmeasured = "the role may not create temporary tables in this database";
        } else if (std::chrono::steady_clock::now() >= deadline) {
            cost.unmeasured = "the tables before took all the time there is for it";
        } else {
            const auto facts = co_await catalog::table_facts(connection, source.table);
            auto capture =
                capture::make_capture(source.id, source.table, facts.columns, facts.primary_key,
                                      programs_over(plan, source.table), events_on(plan.events, source.table), 0,
                                      facts.partitioned ? capture::TableKind::partitioned : capture::TableKind::plain);
            cost = co_await Measurement(connection, std::move(capture), facts.oid).run();
        }
        costs.push_back(std::move(cost));
    }
    co_return costs;
}

}  // namespace freshet::install
