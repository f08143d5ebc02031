#include "writers.hpp"

#include <functional>
#include <random>
#include <utility>

#include "support/client.hpp"

namespace freshet::testing {

namespace {

// SQL of one random deed. Ids are picked in the database, among those there are at that moment.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : random_(seed) {}

    int below(int end) { return std::uniform_int_distribution<int>(0, end - 1)(random_); }
    const std::string& one_of(const std::vector<std::string>& choices) {
        return choices[static_cast<std::size_t>(below(static_cast<int>(choices.size())))];
    }
    std::string number(int end) { return std::to_string(below(end)); }
    std::string money() { return number(9000) + "." + std::to_string(10 + below(90)); }
    std::string hours() { return number(12) + ".25"; }
    // Mostly recent; at times before what the reports keep.
    std::string date() { return "date '2026-11-01' - " + number(below(10) == 0 ? 2500 : 400); }
    std::string flag() { return below(2) == 0 ? "true" : "false"; }
    std::string invoice_status() { return "'" + one_of({"draft", "sent", "partial", "paid", "void"}) + "'"; }
    std::string expense_status() { return "'" + one_of({"draft", "submitted", "approved", "rejected"}) + "'"; }
    std::string id_of(const std::string& table) {
        return "(SELECT id FROM " + table + " ORDER BY id OFFSET " + number(300) +
               " % (SELECT greatest(count(*), 1) FROM " + table + ") LIMIT 1)";
    }
    std::string project() { return id_of("projects_projects"); }
    std::string project_or_null() { return below(6) == 0 ? "NULL" : project(); }
    std::string null_or(const std::string& value) { return below(5) == 0 ? "NULL" : value; }

    std::string invoice() {
        return project_or_null() + ", " + number(9) + ", " + invoice_status() + ", " + date() + ", NULL, " + money() +
               ", " + null_or(money());
    }
    std::string entry() {
        return project() + ", " + null_or(number(40)) + ", " + number(9) + ", " + date() + ", " + hours() + ", " +
               money() + ", " + flag() + ", " + flag();
    }
    std::string expense() { return project() + ", " + date() + ", " + money() + ", " + expense_status(); }

  private:
    std::mt19937_64 random_;
};

constexpr const char* invoice_columns =
    "project_id, client_id, status, issue_date, paid_date, total_amount, paid_amount";
constexpr const char* entry_columns = "project_id, task_id, user_id, date, hours, hourly_rate, is_billable, approved";
constexpr const char* expense_columns = "project_id, date, amount, status";

std::string insert_into(const std::string& table, const std::string& columns, const std::string& values) {
    return "INSERT INTO " + table + " (" + columns + ") VALUES (" + values + ")";
}

std::string insert_one(Dice& dice) {
    switch (dice.below(3)) {
        case 0:
            return insert_into("finance_invoices", invoice_columns, dice.invoice());
        case 1:
            return insert_into("projects_time_entries", entry_columns, dice.entry());
        default:
            return insert_into("projects_expenses", expense_columns, dice.expense());
    }
}

std::string insert_project(Dice& dice) {
    return "WITH p AS (INSERT INTO projects_projects (firm_id, client_id, name, project_code) VALUES (1 + " +
           dice.number(3) + ", " + dice.number(9) + ", 'new " + dice.number(99) +
           "', 'N') RETURNING id) "
           "INSERT INTO projects_expenses (" +
           expense_columns + ") SELECT id, " + dice.date() + ", " + dice.money() + ", 'approved' FROM p";
}

// One column of one or of many rows, every column in its turn.
std::string update(Dice& dice) {
    struct Column {
        std::string table;
        std::string assignment;
    };
    const std::vector<Column> columns = {
        {"firms", "timezone = 'Etc/GMT+" + dice.number(9) + "'"},
        {"projects_projects", "firm_id = 1 + " + dice.number(3)},
        {"projects_projects", "client_id = " + dice.number(9)},
        {"projects_projects", "name = 'renamed " + dice.number(20) + "'"},
        {"projects_projects", "project_code = 'C" + dice.number(20) + "'"},
        {"finance_invoices", "id = id + 1000000"},
        {"finance_invoices", "project_id = " + dice.project_or_null()},
        {"finance_invoices", "client_id = " + dice.number(9)},
        {"finance_invoices", "status = " + dice.invoice_status()},
        {"finance_invoices", "issue_date = " + dice.date()},
        {"finance_invoices", "paid_date = " + dice.null_or(dice.date())},
        {"finance_invoices", "total_amount = " + dice.money()},
        {"finance_invoices", "paid_amount = " + dice.null_or(dice.money())},
        {"projects_time_entries", "id = id + 1000000"},
        {"projects_time_entries", "project_id = " + dice.project()},
        {"projects_time_entries", "task_id = " + dice.null_or(dice.number(40))},
        {"projects_time_entries", "user_id = " + dice.number(9)},
        {"projects_time_entries", "date = " + dice.date()},
        {"projects_time_entries", "hours = " + dice.hours()},
        {"projects_time_entries", "hourly_rate = " + dice.money()},
        {"projects_time_entries", "is_billable = NOT is_billable"},
        {"projects_time_entries", "approved = NOT approved"},
        {"projects_expenses", "id = id + 1000000"},
        {"projects_expenses", "project_id = " + dice.project()},
        {"projects_expenses", "date = " + dice.date()},
        {"projects_expenses", "amount = " + dice.money()},
        {"projects_expenses", "status = " + dice.expense_status()},
    };
    const Column& column = columns[static_cast<std::size_t>(dice.below(static_cast<int>(columns.size())))];
    return "UPDATE " + column.table + " SET " + column.assignment + " WHERE id = " + dice.id_of(column.table);
}

std::string remove(Dice& dice) {
    const auto table = dice.one_of({"finance_invoices", "projects_time_entries", "projects_expenses"});
    return "DELETE FROM " + table + " WHERE id = " + dice.id_of(table);
}

// Cascades to entries and expenses, and sets the invoices' project to NULL.
std::string remove_project(Dice& dice) {
    return "DELETE FROM projects_projects WHERE id = " + dice.project() +
           " AND (SELECT count(*) FROM projects_projects) > 3";
}

std::string bulk(Dice& dice) {
    const std::string part = " WHERE id % 23 = " + dice.number(23);
    switch (dice.below(5)) {
        case 0:
            return "UPDATE projects_time_entries SET approved = NOT approved, hours = hours + 0.25" + part;
        case 1:
            return "UPDATE finance_invoices SET status = 'paid', paid_amount = total_amount" + part;
        case 2:
            return "DELETE FROM projects_expenses" + part;
        case 3:
            return "UPDATE projects_projects SET name = name || '.' WHERE length(name) < 40";
        default:
            return std::string("INSERT INTO projects_time_entries (") + entry_columns + ") SELECT " + dice.project() +
                   ", g, g % 5, " + dice.date() + " + g % 30, 1.5, 80, g % 2 = 0, true FROM generate_series(1, 40) g";
    }
}

std::string on_conflict(Dice& dice) {
    const std::string start = std::string("INSERT INTO projects_expenses (id, ") + expense_columns + ") SELECT " +
                              dice.id_of("projects_expenses") + " + g, " + dice.expense() +
                              " FROM generate_series(0, 3) g ON CONFLICT (id) ";
    return dice.below(3) == 0 ? start + "DO NOTHING"
                              : start +
                                    "DO UPDATE SET amount = projects_expenses.amount + excluded.amount, "
                                    "status = excluded.status";
}

std::string merge(Dice& dice) {
    return "MERGE INTO finance_invoices AS i USING (SELECT id, g FROM (SELECT id, row_number() OVER (ORDER BY id) AS g "
           "FROM finance_invoices) AS n WHERE g % 29 = " +
           dice.number(29) +
           " UNION ALL SELECT -1, 0) AS s ON i.id = s.id WHEN MATCHED AND s.g % 2 = 0 THEN DELETE WHEN MATCHED THEN "
           "UPDATE SET paid_amount = coalesce(i.paid_amount, 0) + 1, status = " +
           dice.invoice_status() + " WHEN NOT MATCHED THEN INSERT (" + invoice_columns + ") VALUES (" + dice.invoice() +
           ")";
}

std::string copy_data(Dice& dice, const std::string& project) {
    std::string data;
    for (int row = 0; row < 15; ++row) {
        data += project + "\t2026-0" + std::to_string(1 + dice.below(9)) + "-1" + dice.number(9) + "\t" + dice.money() +
                "\t" + dice.one_of({"approved", "draft"}) + "\n";
    }
    return data;
}

struct Deed {
    const char* name;
    int weight;
    std::function<void(Client&, Dice&)> act;
};

std::function<void(Client&, Dice&)> statement(std::string (*text)(Dice&)) {
    return [text](Client& client, Dice& dice) { client.exec(text(dice)); };
}

void copy_expenses(Client& client, Dice& dice) {
    const std::string project = client.scalar("SELECT " + dice.project());
    client.copy_in(std::string("COPY projects_expenses (") + expense_columns + ") FROM STDIN",
                   copy_data(dice, project));
}

void savepoints(Client& client, Dice& dice) {
    client.exec("BEGIN");
    client.exec(insert_one(dice));
    client.exec("SAVEPOINT a");
    client.exec(bulk(dice));
    client.exec("SAVEPOINT b");
    client.exec(update(dice));
    client.exec(dice.below(2) == 0 ? "ROLLBACK TO b" : "RELEASE b");
    client.exec(dice.below(2) == 0 ? "ROLLBACK TO a" : "RELEASE a");
    client.exec(update(dice));
    client.exec(dice.below(4) == 0 ? "ROLLBACK" : "COMMIT");
}

void in_two_phases(Client& client, Dice& dice) {
    const std::string name = "'office " + std::to_string(client.backend_pid()) + "'";
    client.exec("BEGIN");
    client.exec(insert_one(dice));
    client.exec(update(dice));
    client.exec("PREPARE TRANSACTION " + name);
    client.exec((dice.below(3) == 0 ? "ROLLBACK PREPARED " : "COMMIT PREPARED ") + name);
}

const std::vector<Deed>& deeds() {
    static const std::vector<Deed> all = {{"insert", 20, statement(insert_one)},
                                          {"insert project", 3, statement(insert_project)},
                                          {"update", 45, statement(update)},
                                          {"delete", 8, statement(remove)},
                                          {"cascade", 1, statement(remove_project)},
                                          {"bulk", 5, statement(bulk)},
                                          {"on conflict", 5, statement(on_conflict)},
                                          {"merge", 3, statement(merge)},
                                          {"copy", 4, copy_expenses},
                                          {"savepoints", 6, savepoints},
                                          {"two phases", 3, in_two_phases}};
    return all;
}

const Deed& pick(Dice& dice) {
    int total = 0;
    for (const Deed& deed : deeds()) total += deed.weight;
    int left = dice.below(total);
    for (const Deed& deed : deeds()) {
        left -= deed.weight;
        if (left < 0) return deed;
    }
    return deeds().front();
}

// Deadlock, lock timeout, a row that another has just removed or put there: part of life with others.
bool lost_a_race(const std::string& sqlstate) {
    return sqlstate == "40P01" || sqlstate == "40001" || sqlstate == "55P03" || sqlstate.starts_with("23");
}

Client session(const std::string& conninfo) {
    Client client(conninfo);
    client.exec("SET lock_timeout = '300ms'; SET deadlock_timeout = '50ms'");
    return client;
}

}  // namespace

void Writers::start(int restless_people) {
    for (int i = 0; i < restless_people; ++i) {
        threads_.emplace_back([this, i] { restless(seed_ + static_cast<std::uint64_t>(i)); });
    }
    threads_.emplace_back([this] { slow(seed_ + 1000); });
}

void Writers::stop() {
    ending_ = true;
    threads_.clear();  // joins
}

void Writers::restless(std::uint64_t seed) {
    Client client = session(conninfo_);
    Dice dice(seed);
    while (!ending_) {
        const Deed& deed = pick(dice);
        try {
            deed.act(client, dice);
            count(deed.name);
        } catch (const ClientError& error) {
            count("failed");
            if (!lost_a_race(error.sqlstate())) complain(std::string(deed.name) + ": " + error.what());
            client.exec("ROLLBACK");
        }
    }
}

// Its transactions live longer than many applies, and see and touch rows that the others work on.
void Writers::slow(std::uint64_t seed) {
    Client client = session(conninfo_);
    Dice dice(seed);
    while (!ending_) {
        try {
            client.exec(dice.below(2) == 0 ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ");
            client.exec(insert_one(dice));
            client.exec(insert_project(dice));
            for (int pause = 20 + dice.below(20); pause > 0 && !ending_; --pause) client.exec("SELECT pg_sleep(0.1)");
            client.exec(insert_one(dice));
            client.exec(update(dice));
            client.exec(dice.below(4) == 0 ? "ROLLBACK" : "COMMIT");
            count("long transaction");
        } catch (const ClientError& error) {
            count("failed");
            if (!lost_a_race(error.sqlstate())) complain(std::string("long transaction: ") + error.what());
            client.exec("ROLLBACK");
        }
    }
}

void Writers::count(const std::string& what) {
    const std::lock_guard lock(mutex_);
    ++done_[what];
}

void Writers::complain(const std::string& what) {
    const std::lock_guard lock(mutex_);
    if (complaints_.size() < 20) complaints_.push_back(what);
}

std::map<std::string, int> Writers::done() const {
    const std::lock_guard lock(mutex_);
    return done_;
}

std::vector<std::string> Writers::complaints() const {
    const std::lock_guard lock(mutex_);
    return complaints_;
}

}  // namespace freshet::testing
