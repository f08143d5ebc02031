// What is done to the tables: sessions that take turns, as chance has it, with the engine in between.
#include <algorithm>

#include "generate_parts.hpp"

namespace freshet::breaking {

namespace {

constexpr int sessions = 3;
constexpr int desk = 3;  // the session that ends prepared transactions

class Workload {
  public:
    Workload(Random& random, Flavour flavour, const Case& one) : random_(random), flavour_(flavour), case_(one) {}

    std::vector<Step> run();

  private:
    struct Session {
        bool open = false;
        bool wrote = false;
        int savepoints = 0;
    };

    void fill_tables();
    void install();
    void install_again();
    void one_step();
    void refresh(Act act);
    void settle();
    std::vector<Step> writers_step();
    Step write(int session);
    Write write_of(std::size_t table);
    Write insert_of(std::size_t table);
    Write other_of(std::size_t table);
    Piece condition_of(std::size_t table);
    std::pair<std::size_t, Piece> move_of(std::size_t table);
    std::vector<std::pair<std::size_t, Piece>> assignments_of(std::size_t table, bool merging);
    std::vector<std::size_t> writable(std::size_t table) const;
    std::vector<Step> control(int session);
    Step end(int session);
    Step do_prepared();
    Step control_step(int session, std::string sql) const;
    void add(Act act) { steps_.emplace_back().act = act; }

    Random& random_;
    Flavour flavour_;
    const Case& case_;
    std::vector<Step> steps_;
    Session state_[sessions];
    std::vector<std::string> prepared_;
    ComingAndGoing partitions_;
    bool behind_ = false;  // the engine's back
    int names_ = 0;
};

std::vector<std::size_t> Workload::writable(std::size_t table) const {
    std::vector<std::size_t> columns;
    const auto& all = case_.tables[table].columns;
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (!all[i].generated) {
            columns.push_back(i);
        }
    }
    return columns;
}

Write Workload::insert_of(std::size_t table) {
    Write write;
    write.table = table;
    write.columns = writable(table);
    const auto rows = random_.chance(15) ? random_.between(8, 25) : random_.between(1, 3);
    for (std::size_t i = 0; i < rows; ++i) {
        write.rows.push_back(random_row(random_, case_, table, write.columns));
    }
    const bool has_key = !case_.tables[table].key.empty();
    const auto kind = random_.below(100);
    const std::size_t merges = flavour_ == Flavour::partitions ? 70 : 30;
    write.kind = kind < 15 ? WriteKind::copy : kind < merges && has_key ? WriteKind::merge : WriteKind::insert;
    write.on_conflict = has_key && random_.chance(75);
    if (write.on_conflict || write.kind == WriteKind::merge) {
        write.assignments = assignments_of(table, true);
    }
    const unsigned moving = flavour_ == Flavour::partitions ? 60 : 25;
    if (write.kind == WriteKind::merge && case_.tables[table].partitions > 0 && random_.chance(moving)) {
        write.assignments.push_back(move_of(table));
    }
    if (write.kind == WriteKind::merge && random_.chance(30)) {
        write.condition = condition_of(table);
    }
    return write;
}

// Gives a row another key, and perhaps another partition.
std::pair<std::size_t, Piece> Workload::move_of(std::size_t table) {
    const auto column = case_.tables[table].key.front();
    const auto& definition = case_.tables[table].columns[column];
    if (definition.type->family == Family::integer) {
        return {column,
                {"t." + quote(definition.name) + " + " + std::to_string(random_.between(1, 9)), {{table, column}}}};
    }
    return {column, {typed_literal(*definition.type, random_row(random_, case_, table, {column}).front()), {}}};
}

Piece Workload::condition_of(std::size_t table) {
    const auto& definition = case_.tables[table];
    const auto column = !definition.key.empty() && random_.chance(60) ? random_.pick(definition.key)
                                                                      : random_.below(definition.columns.size());
    const auto& type = *definition.columns[column].type;
    const auto name = "t." + quote(definition.columns[column].name);
    const std::set<ColumnId> reads{{table, column}};
    if (type.family == Family::integer && random_.chance(30)) {
        return {name + " % " + std::to_string(random_.between(2, 4)) + " = " + std::to_string(random_.below(2)), reads};
    }
    if (random_.chance(20)) {
        return {name + (random_.chance(50) ? " IS NULL" : " IS NOT NULL"), reads};
    }
    const auto value = random_row(random_, case_, table, {column}).front();
    return {name + " = " + typed_literal(type, value ? value : Value(random_.pick(type.usual))), reads};
}

std::vector<std::pair<std::size_t, Piece>> Workload::assignments_of(std::size_t table, bool merging) {
    auto columns = writable(table);
    random_.shuffle(columns);
    columns.resize(std::min(columns.size(), random_.between(1, 2)));
    std::vector<std::pair<std::size_t, Piece>> list;
    for (const auto column : columns) {
        const auto& definition = case_.tables[table].columns[column];
        const auto& type = *definition.type;
        const auto name = "t." + quote(definition.name);
        const bool key = std::count(case_.tables[table].key.begin(), case_.tables[table].key.end(), column) > 0;
        if (merging && key) {
            continue;
        }
        if (random_.chance(flavour_ == Flavour::spellings ? 50 : 15) && type.family == Family::folded_text) {
            list.push_back(
                {column, {random_.chance(50) ? "upper(" + name + ")" : "lower(" + name + ")", {{table, column}}}});
        } else if (random_.chance(flavour_ == Flavour::spellings ? 50 : 15) && type.family == Family::decimal) {
            list.push_back({column, {name + " * 1.0", {{table, column}}}});
        } else if (can_be_summed(type.family) && random_.chance(30)) {
            list.push_back({column, {name + (random_.chance(50) ? " + 1" : " - 1"), {{table, column}}}});
        } else if (random_.chance(8)) {
            list.push_back({column, {name, {{table, column}}}});  // changes nothing
        } else {
            list.push_back({column, {typed_literal(type, random_row(random_, case_, table, {column}).front()), {}}});
        }
    }
    return list;
}

// What changes no row, or all of them.
Write Workload::other_of(std::size_t table) {
    Write write;
    write.table = table;
    write.kind = WriteKind::other;
    const auto& definition = case_.tables[table];
    const auto name = definition.quoted();
    const auto number = std::to_string(++names_);
    if (flavour_ == Flavour::truncates || random_.chance(25)) {
        write.other = "TRUNCATE " + name + (random_.chance(50) ? " CASCADE" : "");
        return write;
    }
    switch (random_.below(5)) {
        case 0:
            write.other = "ALTER TABLE " + name + " ADD COLUMN extra_" + number + " integer DEFAULT 7";
            break;
        case 1:
            write.other = "ALTER TABLE " + name + " ADD COLUMN extra_" + number + " float DEFAULT random()";
            break;
        case 2:
            write.other = "CREATE INDEX ON " + name + " (" + quote(definition.columns.front().name) + ")";
            break;
        case 3:
            write.other = "VACUUM " + name;
            break;
        default:
            write.other = "ANALYZE " + name;
            break;
    }
    return write;
}

Write Workload::write_of(std::size_t table) {
    const auto kind = random_.below(100);
    if (kind < 45) {
        return insert_of(table);
    }
    if (kind >= (flavour_ == Flavour::truncates ? 85 : 96)) {
        return other_of(table);
    }
    Write write;
    write.table = table;
    write.kind = kind < 78 ? WriteKind::update : WriteKind::remove;
    if (write.kind == WriteKind::update) {
        write.assignments = assignments_of(table, false);
    }
    if (!random_.chance(8)) {
        write.condition = condition_of(table);
    }
    return write;
}

Step Workload::write(int session) {
    Step step;
    step.session = session;
    state_[session].wrote = true;
    const auto table = random_.below(case_.tables.size());
    const auto partitions = case_.tables[table].partitions;
    const auto moves = partitions_.is_away(table) ? 35 : flavour_ == Flavour::attached ? 20 : 5;
    if (partitions > 0 && !behind_ && random_.chance(moves)) {
        step.write = partitions_.next(random_, case_, table);
        return step;
    }
    step.write = write_of(table);
    if (partitions > 0 && random_.chance(25)) {
        step.write.partition = partitions_.is_away(table) && random_.chance(50) ? partitions_.partition_away(table)
                                                                                : random_.below(partitions);
    }
    return step;
}

Step Workload::control_step(int session, std::string sql) const {
    Step step;
    step.act = Act::control;
    step.session = session;
    step.sql = std::move(sql);
    return step;
}

Step Workload::end(int session) {
    state_[session] = {};
    const auto kind = random_.below(100);
    if (kind < 12) {
        prepared_.push_back("p" + std::to_string(++names_));
        return control_step(session, "PREPARE TRANSACTION '" + prepared_.back() + "'");
    }
    return control_step(session, kind < 35 ? "ROLLBACK" : "COMMIT");
}

Step Workload::do_prepared() {
    const auto at = random_.below(prepared_.size());
    const auto name = prepared_[at];
    prepared_.erase(prepared_.begin() + static_cast<std::ptrdiff_t>(at));
    return control_step(desk, (random_.chance(70) ? "COMMIT" : "ROLLBACK") + std::string(" PREPARED '") + name + "'");
}

std::vector<Step> Workload::control(int session) {
    auto& state = state_[session];
    if (!state.open) {
        state.open = true;
        if (random_.chance(30)) {
            return {control_step(session, "BEGIN ISOLATION LEVEL REPEATABLE READ"),
                    control_step(session, "SELECT FROM pg_catalog.pg_class LIMIT 1")};
        }
        return {control_step(session, "BEGIN")};
    }
    const auto kind = random_.below(100);
    if (kind < 35) {
        return {control_step(session, "SAVEPOINT s" + std::to_string(++state.savepoints))};
    }
    if (kind < 60 && state.savepoints > 0) {
        const auto name = std::to_string(state.savepoints--);
        return {control_step(session, (random_.chance(60) ? "ROLLBACK TO SAVEPOINT s" : "RELEASE SAVEPOINT s") + name)};
    }
    if (flavour_ == Flavour::long_writers && !random_.chance(30)) {
        return {write(session)};
    }
    return {end(session)};
}

std::vector<Step> Workload::writers_step() {
    if (!prepared_.empty() && random_.chance(6)) {
        return {do_prepared()};
    }
    const auto session = static_cast<int>(random_.below(sessions));
    const bool begin = !state_[session].open && random_.chance(flavour_ == Flavour::long_writers ? 50 : 20);
    if (begin || (state_[session].open && random_.chance(40))) {
        return control(session);
    }
    return {write(session)};
}

void Workload::refresh(Act act) {
    Step step;
    step.act = act;
    step.view = random_.below(case_.views.size());
    if (random_.chance(50)) {
        behind_ = true;
        const auto count = random_.between(1, 3);
        for (std::size_t i = 0; i < count; ++i) {
            for (auto& more : writers_step()) {
                step.meanwhile.push_back(std::move(more));
            }
        }
        behind_ = false;
    }
    steps_.push_back(std::move(step));
}

// Nobody holds a lock that an install would wait for; a transaction that has only looked may stay open.
void Workload::settle() {
    for (int session = 0; session < sessions; ++session) {
        if (state_[session].open && state_[session].wrote) {
            steps_.push_back(end(session));
        }
    }
    while (!prepared_.empty()) {
        steps_.push_back(do_prepared());
    }
}

void Workload::install() {
    settle();
    add(Act::install);
    for (std::size_t i = 0; i < case_.views.size(); ++i) {
        steps_.back().variants.push_back(random_.chance(15) ? 1 : 0);
    }
}

void Workload::install_again() {
    const auto first =
        std::find_if(steps_.rbegin(), steps_.rend(), [](const Step& one) { return one.act == Act::install; });
    auto variants = first->variants;
    variants[random_.below(variants.size())] = static_cast<int>(random_.below(3)) - 1;
    settle();
    add(Act::install);
    steps_.back().variants = std::move(variants);
}

void Workload::fill_tables() {
    for (std::size_t table = 0; table < case_.tables.size(); ++table) {
        if (random_.chance(12)) {
            continue;
        }
        Step step;
        step.write.kind = WriteKind::insert;
        step.write.table = table;
        step.write.columns = writable(table);
        step.write.on_conflict = !case_.tables[table].key.empty();
        const auto rows = random_.between(3, 14);
        for (std::size_t i = 0; i < rows; ++i) {
            auto one = step;
            one.write.rows = {random_row(random_, case_, table, step.write.columns)};
            steps_.push_back(std::move(one));
        }
    }
}

void Workload::one_step() {
    const auto kind = random_.below(100);
    if (flavour_ == Flavour::trims && kind < 12) {
        return add(Act::upkeep);
    }
    if (kind >= 98) {
        return install_again();
    }
    if (kind >= 95) {
        return add(Act::quiet);
    }
    if (kind >= 92) {
        return add(Act::upkeep);
    }
    if (kind >= 90) {
        return refresh(Act::recompute);
    }
    if (kind >= 72) {
        return refresh(Act::fold);
    }
    for (auto& step : writers_step()) {
        steps_.push_back(std::move(step));
    }
}

std::vector<Step> Workload::run() {
    fill_tables();
    install();
    const auto count = random_.between(40, 70);
    for (std::size_t i = 0; i < count; ++i) {
        one_step();
    }
    settle();
    add(Act::quiet);
    return steps_;
}

}  // namespace

std::vector<Step> generate_steps(Random& random, Flavour flavour, const Case& one) {
    return Workload(random, flavour, one).run();
}

}  // namespace freshet::breaking
