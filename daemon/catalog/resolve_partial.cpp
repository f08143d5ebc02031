#include "freshet/catalog/resolve_partial.hpp"

#include <algorithm>
#include <regex>

#include "freshet/catalog/views_read.hpp"
#include "freshet/query/expand_views.hpp"
#include "freshet/query/inline_views.hpp"
#include "freshet/query/shape.hpp"
#include "freshet/query/tree.hpp"
#include "probe.hpp"
#include "queries.hpp"
#include "source_faults.hpp"
#include "stand_in.hpp"

namespace freshet::catalog {

namespace {

// One text, understood.
struct Understood {
    std::string sql;  // in the server's words, every name qualified
    std::vector<compile::TypedColumn> columns;
    std::vector<std::string> base_types;
    std::vector<bool> enums;
    struct Reads {
        std::int64_t oid = 0;
        sql::QualifiedName table;
        std::string kind;
        std::vector<std::string> columns;
    };
    std::vector<Reads> reads;
    bool whole_rows = false;
};

bool our_parser_reads(const std::string& sql) {
    try {
        query::relations_read(sql);
        return true;
    } catch (const query::SyntaxError&) {
        return false;
    }
}

class Resolver {
  public:
    Resolver(pg::Connection& connection, PartialText text) : connection_(connection), text_(std::move(text)) {}

    // Inside a transaction that is rolled back.
    asio::awaitable<void> run() {
        co_await put_up(connection_, text_.query.stand_ins);
        auto query = co_await understand("freshet_probe", text_.query);
        if (!faults_.empty()) co_return;
        for (const auto& read : query.reads) {
            read_by_query(read);
        }
        take_query(query);
        if (!faults_.empty()) co_return;
        co_await check_equality();
        for (const auto& dirty : text_.dirty) {
            co_await resolve_dirty(dirty);
        }
        require_every_source();
        if (!faults_.empty()) co_return;
        co_await learn_states();
        co_await add_whole_rows();
        order_by_tables();
    }

    std::vector<core::Fault>& faults() { return faults_; }
    ResolvedPartial& resolved() { return resolved_; }

  private:
    core::Fault at_view(std::string message, std::string hint) const {
        return {text_.file, text_.at.line, text_.at.column, std::move(message), std::move(hint)};
    }
    core::Fault at_entry(const DirtyKeysText& dirty, const std::string& message, std::string hint) const {
        const auto& named = dirty.view.name.empty() ? dirty.table : dirty.view;
        return {text_.file, dirty.at.line, dirty.at.column, "dirty_keys of " + named.display() + ": " + message,
                std::move(hint)};
    }
    // The name under which the configuration knows a table.
    std::string shown(const sql::QualifiedName& table) const {
        for (const auto& one : text_.query.stand_ins) {
            if (std::find(one.states.begin(), one.states.end(), table) != one.states.end()) {
                return one.view.display();
            }
        }
        return table.display();
    }
    bool is_state(const sql::QualifiedName& table) const { return shown(table) != table.display(); }

    // The text as the temporary view `name`, which stays. What is wrong with it is added to the faults.
    asio::awaitable<Understood> understand(std::string name, QueryText text) {
        Understood result;
        co_await pin_settings(connection_, text.schema, text.timezone);
        auto oid = co_await probe_query(connection_, name, text);
        co_await connection_.query("SELECT set_config('search_path', '', true)");
        result.sql = co_await definition_of(oid);
        auto over_tables = co_await without_views(result.sql);
        if (over_tables != result.sql) {
            oid = co_await probe(connection_, name + "_expanded", "", std::move(over_tables));
            result.sql = co_await definition_of(oid);
        }
        co_await check_features(text, oid, result);
        co_await check_functions(text, oid);
        if (auto frozen = frozen_literal(text, result.sql)) {
            faults_.push_back(std::move(*frozen));
        }
        co_await read_columns(oid, result);
        co_return result;
    }

    asio::awaitable<std::string> definition_of(std::string oid) {
        const auto definition = co_await connection_.query("SELECT pg_get_viewdef($1::oid)", pg::params(oid));
        // Beside a WITH query of that name the server writes out whose the table is.
        static const std::regex own(R"(\bpg_temp(_[0-9]+)?\.changed\b)");
        co_return std::regex_replace(without_terminator(definition.text(0, 0)), own, "changed");
    }

    // The text over tables alone: freshet's views by what stands in for them, plain ones by their definitions.
    asio::awaitable<std::string> without_views(std::string sql) {
        if (!our_parser_reads(sql)) {
            co_return sql;  // what is not replaced is refused by its kind
        }
        if (!text_.query.stand_ins.empty()) {
            sql = co_await take_down(connection_, std::move(sql), text_.query.stand_ins);
        }
        std::set<sql::QualifiedName> changed;
        changed.insert({"", "changed"});
        const auto read = co_await views_read(connection_, sql, std::move(changed));
        if (read.definitions.empty()) {
            co_return sql;
        }
        for (const auto& view : read.views) {
            if (std::find(resolved_.views.begin(), resolved_.views.end(), view) == resolved_.views.end()) {
                resolved_.views.push_back(view);
            }
        }
        sql = query::inline_views(sql, read.definitions).sql;
        if (!text_.query.stand_ins.empty()) {
            sql = co_await take_down(connection_, std::move(sql), text_.query.stand_ins);
        }
        co_return sql;
    }

    asio::awaitable<void> check_features(const QueryText& text, std::string oid, Understood& result) {
        const auto row = co_await connection_.query(query_text("query_features"), pg::params(oid));
        result.whole_rows = row.boolean(0, 0);
        if (row.boolean(0, 1)) {
            faults_.push_back(fault_at(text, std::string::npos,
                                       "it reads a system column, which changes when nobody changes the row",
                                       "read the table's own columns"));
        }
        if (row.boolean(0, 2)) {
            faults_.push_back(fault_at(text, find_word(text.sql, "tablesample"),
                                       "TABLESAMPLE gives other rows each time", "remove it"));
        }
        if (row.boolean(0, 3)) {
            faults_.push_back(
                fault_at(text, find_word(text.sql, "for"), "it locks rows", "remove FOR UPDATE or FOR SHARE"));
        }
    }

    asio::awaitable<void> check_functions(const QueryText& text, std::string oid) {
        const auto rows = co_await connection_.query(query_text("called_functions"), pg::params(oid));
        for (int i = 0; i < rows.rows(); ++i) {
            // A set is as good as any other value here, if its rows depend on the arguments and settings alone.
            const bool steady_set =
                rows.text(i, 2) == "set" && (rows.text(i, 3) == "i" || rows.text(i, 0) == "generate_series");
            if (!steady_set) {
                auto fault = function_fault(text, rows, i);
                if (rows.text(i, 1) == "now()") {
                    fault.hint = "a moving window belongs into \"retention\"";
                }
                faults_.push_back(std::move(fault));
            }
        }
    }

    asio::awaitable<void> read_columns(std::string oid, Understood& result) {
        const auto types = co_await connection_.query(query_text("column_types"), pg::params(oid));
        for (int i = 0; i < types.rows(); ++i) {
            const auto column = [&](std::string_view name) { return types.text(i, types.column_index(name)); };
            result.columns.push_back({column("name"), column("type"), column("collation"), true});
            result.base_types.push_back(column("base_type"));
            result.enums.push_back(types.boolean(i, types.column_index("is_enum")));
        }
        const auto rows = co_await connection_.query(query_text("read_columns"), pg::params(oid));
        for (int i = 0; i < rows.rows(); ++i) {
            result.reads.push_back(
                {rows.integer(i, 0), {rows.text(i, 1), rows.text(i, 2)}, rows.text(i, 3), rows.strings(i, 4)});
        }
    }

    // A table whose changes must be captured; false if that cannot be.
    bool usable(const Understood::Reads& read) {
        if (is_state(read.table)) {
            return true;
        }
        if (read.table.schema == "freshet") {
            faults_.push_back(
                at_view("it reads " + read.table.display() + ", which is freshet's own", "read the tables behind it"));
            return false;
        }
        if (read.table.schema == "pg_catalog" || read.table.schema == "information_schema") {
            faults_.push_back(at_view("it reads the system catalog " + read.table.display() + ", which has no triggers",
                                      "read ordinary tables"));
            return false;
        }
        if (read.kind != "r" && read.kind != "p") {
            faults_.push_back(at_view(read.table.display() + " is no ordinary table: its changes cannot be captured",
                                      "write the tables behind it into the query"));
            return false;
        }
        return true;
    }

    void read_by_query(const Understood::Reads& read) {
        if (usable(read)) {
            read_.insert(read.table);
            resolved_.columns[read.table].insert(read.columns.begin(), read.columns.end());
        }
    }

    void take_query(const Understood& query) {
        auto& whole = resolved_.whole;
        whole.query = query.sql;
        whole.columns = query.columns;
        if (query.whole_rows) {
            for (const auto& read : query.reads) whole_rows_.insert(read.table);
        }
        for (const auto& key : text_.keys) {
            const auto found = std::find_if(query.columns.begin(), query.columns.end(),
                                            [&](const compile::TypedColumn& one) { return one.name == key; });
            if (found == query.columns.end()) {
                faults_.push_back(at_view("the key " + key + " is no column of the query",
                                          "\"keys\" names columns of the query's result"));
                continue;
            }
            const auto index = static_cast<std::size_t>(found - query.columns.begin());
            const auto& type = query.base_types[index];
            if (type.ends_with("[]") || (type.find('.') != std::string::npos && !query.enums[index])) {
                faults_.push_back(
                    at_view("the key " + key + " is of type " + type + ", whose equality cannot be used to find rows",
                            "make the key a number, text, date or enum, say by a cast"));
                continue;
            }
            whole.keys.push_back(index);
            whole.key_types.push_back(type);
        }
    }

    asio::awaitable<void> check_equality() {
        for (std::size_t i = 0; i < resolved_.whole.keys.size() && faults_.empty(); ++i) {
            const auto& name = resolved_.whole.columns[resolved_.whole.keys[i]].name;
            const auto equal = co_await connection_.query(
                "SELECT EXISTS (SELECT FROM pg_operator WHERE oprname = '=' AND oprnamespace = "
                "'pg_catalog'::regnamespace "
                "AND oprleft = oprright AND (oprleft = $1::regtype OR oprleft = (SELECT CASE WHEN typtype "
                "= 'e' THEN 'anyenum'::regtype WHEN typtype = 'r' THEN 'anyrange'::regtype WHEN typname = 'varchar' "
                "THEN "
                "'text'::regtype END FROM pg_type WHERE oid = $1::regtype)))",
                pg::params(resolved_.whole.key_types[i]));
            if (!equal.boolean(0, 0)) {
                faults_.push_back(at_view("the key " + name + " is of type " + resolved_.whole.key_types[i] +
                                              ", whose values cannot be told equal",
                                          "make the key a number, text, date or enum, say by a cast"));
            }
        }
    }

    asio::awaitable<void> resolve_dirty(const DirtyKeysText& dirty) {
        const auto shape = query::check_shape(dirty.sql);
        if (!dirty.sql.empty() && !shape.parses) {
            faults_.push_back(at_entry(dirty, shape.rejections.front().reason, shape.rejections.front().hint));
            co_return;
        }
        TableFacts facts;
        try {
            facts = co_await table_facts(connection_, dirty.table);
        } catch (const pg::Error&) {
            throw;
        } catch (const core::Error& error) {
            faults_.push_back(at_entry(dirty, error.what(), error.hint()));
            co_return;
        }
        if (dirty.sql.empty()) {
            resolved_.columns[dirty.table];
            dirty_[dirty.table] = "";
            co_return;
        }
        co_await create_changed(facts);
        auto text = text_.query;
        text.sql = dirty.sql;
        const auto before = faults_.size();
        std::optional<core::Faults> refused;
        try {
            const auto understood = co_await understand("freshet_dirty", text);
            co_await take_dirty(dirty, understood);
        } catch (const core::Faults& faults) {
            refused = faults;
        }
        if (refused) {
            faults_.insert(faults_.end(), refused->faults().begin(), refused->faults().end());
        }
        place(dirty, before);
        if (refused) {
            throw core::Faults(std::move(faults_));  // the transaction is void
        }
        co_await connection_.script("DROP VIEW pg_temp.freshet_dirty; DROP TABLE pg_temp.changed");
    }

    // Positions in a text that is written into the configuration are those of the text: said, and the entry named.
    void place(const DirtyKeysText& dirty, std::size_t from) {
        for (auto i = from; i < faults_.size(); ++i) {
            auto& fault = faults_[i];
            if (fault.file == text_.file && fault.message.starts_with("dirty_keys of ")) {
                continue;
            }
            const auto where =
                fault.line > 0 ? std::to_string(fault.line) + ":" + std::to_string(fault.column) + ": " : "";
            fault = at_entry(dirty, where + fault.message, fault.hint);
        }
    }

    asio::awaitable<void> create_changed(const TableFacts& facts) {
        std::string columns;
        for (const auto& column : facts.columns) {
            columns += (columns.empty() ? "" : ", ") + sql::quote(column.name) + " " + column.log_type +
                       (column.collation.empty() ? "" : " COLLATE " + column.collation);
        }
        co_await connection_.script("CREATE TEMPORARY TABLE changed (" + columns + ")");
    }

    asio::awaitable<void> take_dirty(const DirtyKeysText& dirty, const Understood& understood) {
        const auto changed = co_await connection_.query("SELECT 'pg_temp.changed'::regclass::oid::bigint");
        auto& columns = resolved_.columns[dirty.table];
        for (const auto& read : understood.reads) {
            if (read.oid == changed.integer(0, 0)) {
                columns.insert(read.columns.begin(), read.columns.end());
            } else {
                read_by_query(read);
            }
        }
        if (understood.whole_rows) {
            whole_rows_.insert(dirty.table);
        }
        dirty_[dirty.table] = understood.sql;
        const auto& whole = resolved_.whole;
        if (understood.columns.size() != whole.keys.size()) {
            faults_.push_back(at_entry(dirty,
                                       "it gives " + std::to_string(understood.columns.size()) + " columns for " +
                                           std::to_string(whole.keys.size()) + " keys",
                                       "select the keys, in the order of \"keys\""));
            co_return;
        }
        for (std::size_t i = 0; i < whole.keys.size(); ++i) {
            const auto fits = co_await connection_.query(query_text("key_cast"),
                                                         pg::params(understood.base_types[i], whole.key_types[i]));
            if (!fits.boolean(0, 0)) {
                faults_.push_back(at_entry(dirty,
                                           "column " + understood.columns[i].name + " is of type " +
                                               understood.base_types[i] + ", the key " +
                                               whole.columns[whole.keys[i]].name + " of type " + whole.key_types[i],
                                           "write a cast"));
            }
        }
    }

    void require_every_source() {
        if (text_.all) {
            return;
        }
        for (const auto& [table, columns] : resolved_.columns) {
            if (std::none_of(text_.dirty.begin(), text_.dirty.end(),
                             [&, &name = table](const DirtyKeysText& one) { return one.table == name; })) {
                faults_.push_back(at_view("dirty_keys has nothing for " + shown(table) + ", which is read",
                                          "say which keys its changes concern: a SELECT over changed, or \"all\""));
            }
        }
        for (const auto& dirty : text_.dirty) {
            if (!read_.contains(dirty.table)) {
                faults_.push_back(at_entry(dirty, "nothing reads the table, so its changes concern no row",
                                           "remove the entry, or correct its name"));
            }
        }
    }

    asio::awaitable<void> learn_states() {
        for (const auto& [table, columns] : resolved_.columns) {
            if (is_state(table)) {
                auto facts = co_await table_facts(connection_, table);
                resolved_.states[table] = std::move(facts.columns);
            }
        }
    }

    // Where a row is used as one value, each of its columns counts.
    asio::awaitable<void> add_whole_rows() {
        for (const auto& table : whole_rows_) {
            const auto facts = co_await table_facts(connection_, table);
            for (const auto& column : facts.columns) {
                resolved_.columns[table].insert(column.name);
            }
        }
    }

    void order_by_tables() {
        for (const auto& [table, columns] : resolved_.columns) {
            resolved_.tables.push_back(table);
            resolved_.whole.dirty.push_back({0, dirty_[table]});
        }
    }

    pg::Connection& connection_;
    PartialText text_;
    ResolvedPartial resolved_;
    std::vector<core::Fault> faults_;
    std::set<sql::QualifiedName> read_;  // by the query, or beside "changed"
    std::map<sql::QualifiedName, std::string> dirty_;
    std::set<sql::QualifiedName> whole_rows_;
};

}  // namespace

asio::awaitable<ResolvedPartial> resolve_partial(pg::Connection& connection, PartialText text) {
    const auto shape = query::check_shape(text.query.sql);
    if (!shape.parses) {
        throw core::Faults({fault_at(text.query, shape.rejections.front().offset, shape.rejections.front().reason,
                                     shape.rejections.front().hint)});
    }
    std::set<sql::QualifiedName> stood_for;
    for (const auto& one : text.query.stand_ins) {
        stood_for.insert(one.view);
    }
    text.query.sql = query::without_schema(text.query.sql, stood_for);
    const auto query_text = text.query;
    Resolver resolver(connection, std::move(text));
    auto transaction = co_await pg::Transaction::begin(connection, pg::Isolation::read_committed);
    std::exception_ptr failure;
    try {
        co_await resolver.run();
    } catch (const RefusedSources& refused) {
        failure = std::make_exception_ptr(core::Faults(faults_of_sources(query_text, refused)));
    } catch (const core::Error&) {
        failure = std::current_exception();
    }
    if (connection.alive()) {
        co_await transaction.rollback();
    }
    if (failure) {
        std::rethrow_exception(failure);
    }
    if (!resolver.faults().empty()) {
        throw core::Faults(std::move(resolver.faults()));
    }
    co_return std::move(resolver.resolved());
}

}  // namespace freshet::catalog
