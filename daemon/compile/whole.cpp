#include "freshet/compile/whole.hpp"

#include <algorithm>
#include <sstream>

#include "differences.hpp"
#include "freshet/core/error.hpp"
#include "text.hpp"

namespace freshet::compile {

namespace {

std::string column_name(std::size_t index) {
    return "c" + std::to_string(index);
}

std::string column_list(const Whole& whole, const std::string& prefix) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < whole.columns.size(); ++i) {
        names.push_back(prefix + column_name(i));
    }
    return join(names, ", ");
}

std::size_t index_of(const Whole& whole, const std::string& name) {
    const auto found = std::find_if(whole.columns.begin(), whole.columns.end(),
                                    [&](const TypedColumn& one) { return one.name == name; });
    return static_cast<std::size_t>(found - whole.columns.begin());
}

// The log's rows of the source since the position, old and new, as the relation that the user's query reads.
std::string changed(const Source& source) {
    std::vector<std::string> columns;
    std::transform(source.columns.begin(), source.columns.end(), std::back_inserter(columns),
                   [](const std::string& name) { return sql::quote(name); });
    return "WITH changed AS MATERIALIZED (SELECT " + join(columns, ", ") + " FROM freshet.log_" +
           std::to_string(source.id) +
           " WHERE freshet_xid >= pg_snapshot_xmin($1::pg_snapshot)"
           " AND freshet_xid <= greatest(pg_snapshot_xmax(pg_current_snapshot()), pg_current_xact_id_if_assigned())"
           " AND NOT pg_visible_in_snapshot(freshet_xid, $1::pg_snapshot))";
}

// "x0, x1"
std::string dirty_names(const Whole& whole) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < whole.keys.size(); ++i) {
        names.push_back("x" + std::to_string(i));
    }
    return join(names, ", ");
}

std::string dirty_select(const Program& program, const DirtyKeys& dirty) {
    const auto& whole = *program.whole;
    const auto source = std::find_if(program.sources.begin(), program.sources.end(),
                                     [&](const Source& one) { return one.id == dirty.source_id; });
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < whole.keys.size(); ++i) {
        const auto name = "x" + std::to_string(i);
        columns.push_back("u." + name + "::" + whole.key_types[i] + " AS " + name);
    }
    return "SELECT " + join(columns, ", ") + " FROM (\n" + changed(*source) + "\n  SELECT * FROM (" + dirty.query +
           ") AS q) AS u(" + dirty_names(whole) + ")";
}

// Conditions that cut both what is kept and what the query gives. Numbers parameters as it goes.
class Cutter {
  public:
    explicit Cutter(const Program& program) : program_(program), whole_(*program.whole) {}

    std::string rows(Replaced which, const std::string& alias) {
        next_ = 1;
        std::string condition;
        if (which == Replaced::tenant) {
            append(condition, " AND ", tenant(alias));
        } else if (which == Replaced::dirty) {
            for (std::size_t i = 0; i < whole_.keys.size(); ++i) {
                append(condition, " AND ", dirty_key(i, alias));
            }
        }
        return condition;
    }
    // Only of what the query gives: what is kept from before the horizon is to go.
    std::string horizon(const std::string& alias) {
        if (!program_.has_retention()) {
            return "";
        }
        // A horizon that was never set is NULL and keeps everything.
        const auto index = index_of(whole_, program_.retention_column);
        const auto& type = whole_.columns[index].type;
        const auto column = alias + "." + column_name(index);
        const auto value = parameter(type);
        return "(" + column + " IS NULL OR " + value + " IS NULL OR " + comparison(column, ">=", value, type) + ")";
    }

  private:
    std::string tenant(const std::string& alias) {
        const auto index = index_of(whole_, program_.tenant);
        const auto& type = whole_.columns[index].type;
        return comparison(alias + "." + column_name(index), "=", parameter(type), type);
    }

    std::string dirty_key(std::size_t key, const std::string& alias) {
        const auto column = alias + "." + column_name(whole_.keys[key]);
        const auto values = parameter(whole_.key_types[key] + "[]");
        const auto null = parameter("boolean");
        return "(" + column + " = ANY (" + values + ") OR (" + column + " IS NULL AND " + null + "))";
    }

    std::string parameter(const std::string& type) { return "$" + std::to_string(next_++) + "::" + type; }

    const Program& program_;
    const Whole& whole_;
    int next_ = 1;
};

std::string where(std::string condition, const std::string& more = "") {
    append(condition, " AND ", more);
    return condition.empty() ? "" : " WHERE " + condition;
}

std::string user_index(const Program& program, const std::vector<std::string>& texts) {
    std::vector<std::string> parts;
    for (const auto& text : texts) {
        std::istringstream words(text);
        std::string name;
        std::string order;
        words >> name;
        std::getline(words, order);
        const auto index = index_of(*program.whole, name);
        if (index == program.whole->columns.size()) {
            throw core::Error("the view has no column " + name + " to index");
        }
        parts.push_back(column_name(index) + order);
    }
    return "CREATE INDEX ON " + whole_table(program) + " (" + join(parts, ", ") + ")";
}

std::string key_index(const Program& program) {
    std::vector<std::string> keys;
    for (const auto key : program.whole->keys) {
        keys.push_back(column_name(key));
    }
    return "CREATE INDEX ON " + whole_table(program) + " (" + join(keys, ", ") + ")";
}

}  // namespace

std::string whole_table(const Program& program) {
    return "freshet.state_" + std::to_string(program.view_id) + "_0";
}

bool concerns_all(const Program& program, const std::set<int>& changed_sources) {
    return program.whole &&
           std::any_of(program.whole->dirty.begin(), program.whole->dirty.end(), [&](const DirtyKeys& one) {
               return one.query.empty() && changed_sources.contains(one.source_id);
           });
}

std::string dirty_keys(const Program& program, const std::set<int>& changed_sources) {
    const auto& whole = *program.whole;
    std::vector<std::string> selects;
    for (const auto& dirty : whole.dirty) {
        if (changed_sources.contains(dirty.source_id)) {
            selects.push_back(dirty_select(program, dirty));
        }
    }
    auto text = "WITH dirty AS MATERIALIZED (\n" + join(selects, "\nUNION\n") +
                ")\nSELECT count(*) AS dirty,\n    "
                "(SELECT greatest(c.reltuples, 0)::bigint FROM pg_class c WHERE c.oid = '" +
                whole_table(program) + "'::regclass) AS kept";
    for (std::size_t i = 0; i < whole.keys.size(); ++i) {
        const auto name = "x" + std::to_string(i);
        const auto number = std::to_string(i);
        text += ",\n    coalesce(array_agg(DISTINCT " + name + ") FILTER (WHERE " + name +
                " IS NOT NULL), '{}')::text AS "
                "values_" +
                number + ", coalesce(bool_or(" + name + " IS NULL), false) AS null_" + number;
    }
    return text + "\nFROM (SELECT DISTINCT * FROM dirty) AS d";
}

std::string replace_rows(const Program& program, Replaced which) {
    const auto& whole = *program.whole;
    Cutter cutter(program);
    const auto kept = cutter.rows(which, "t");
    const auto wanted = cutter.rows(which, "q");
    const auto columns = column_list(whole, "");
    const auto image = [&](const std::string& alias) { return "ROW(" + column_list(whole, alias + ".") + ")::text"; };
    const std::string numbered = "row_number() OVER (PARTITION BY freshet_image) AS freshet_number";
    return "WITH wanted AS MATERIALIZED (\n  SELECT *, " + numbered + " FROM (SELECT " + column_list(whole, "q.") +
           ", " + image("q") + " AS freshet_image FROM (\n" + whole.query + "\n  ) AS q(" + columns + ")" +
           where(wanted, cutter.horizon("q")) + ") AS w),\nkept AS MATERIALIZED (\n  SELECT *, " + numbered +
           " FROM (SELECT t.ctid AS at, " + image("t") + " AS freshet_image FROM " + whole_table(program) + " AS t" +
           where(kept) + ") AS k),\ndeleted AS (\n  DELETE FROM " + whole_table(program) +
           " WHERE ctid = ANY (ARRAY(SELECT k.at FROM kept AS k WHERE NOT EXISTS (SELECT FROM wanted AS w WHERE "
           "w.freshet_image = k.freshet_image AND w.freshet_number = k.freshet_number))) RETURNING 1),\ninserted AS (\n"
           "  INSERT INTO " +
           whole_table(program) + " (" + columns + ") SELECT " + columns +
           " FROM wanted AS w WHERE NOT EXISTS (SELECT FROM kept AS k WHERE "
           "w.freshet_image = k.freshet_image AND w.freshet_number = k.freshet_number) RETURNING 1)\n"
           "SELECT (SELECT count(*) FROM deleted) AS deleted, (SELECT count(*) FROM inserted) AS inserted";
}

std::vector<std::string> create_whole(const Program& program, const std::vector<std::vector<std::string>>& indexes) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < program.whole->columns.size(); ++i) {
        const auto& column = program.whole->columns[i];
        columns.push_back(column_name(i) + " " + column.type +
                          (column.collation.empty() ? "" : " COLLATE " + column.collation));
    }
    std::vector<std::string> statements{"CREATE TABLE " + whole_table(program) + " (\n    " + join(columns, ",\n    ") +
                                        "\n) WITH (autovacuum_vacuum_scale_factor = 0.05)"};
    if (!program.whole->keys.empty()) {
        statements.push_back(key_index(program));
    }
    for (const auto& index : indexes) {
        statements.push_back(user_index(program, index));
    }
    return statements;
}

std::vector<std::string> drop_whole(const Program& program) {
    return {"DROP TABLE IF EXISTS " + whole_table(program)};
}

std::string whole_select(const Program& program) {
    std::vector<std::string> columns;
    for (std::size_t i = 0; i < program.whole->columns.size(); ++i) {
        columns.push_back(column_name(i) + " AS " + sql::quote(program.whole->columns[i].name));
    }
    return "SELECT " + join(columns, ",\n    ") + "\nFROM " + whole_table(program);
}

std::optional<StateColumn> whole_column(const Program& program, const std::string& name) {
    const auto index = index_of(*program.whole, name);
    if (index == program.whole->columns.size()) {
        return std::nullopt;
    }
    return StateColumn{whole_table(program), column_name(index)};
}

Compared compared_whole(const Program& program, const std::string& published, const std::string& defining_query,
                        const Scope& scope, const std::map<std::string, Comparison>& comparisons) {
    const auto& whole = *program.whole;
    Compared result;
    std::vector<std::string> list;
    for (std::size_t i = 0; i < whole.columns.size(); ++i) {
        const auto how = comparisons.find(whole.columns[i].name);
        const auto shown = sql::quote(whole.columns[i].name);
        result.columns.push_back({shown, how == comparisons.end() ? Comparison::exact : how->second});
        list.push_back("q." + column_name(i) + (result.columns.back().how == Comparison::as_text ? "::text" : "") +
                       " AS " + shown);
    }
    const auto scoped = [&](const std::string& relation) {
        Cutter cutter(program);
        const auto rows = cutter.rows(scope.tenant ? Replaced::tenant : Replaced::all, "q");
        return "SELECT " + join(list, ", ") + " FROM " + relation + " AS q(" + column_list(whole, "") + ")" +
               where(rows, cutter.horizon("q"));
    };
    result.published = scoped(published);
    result.expected = scoped("(" + defining_query + "\n)");
    return result;
}

std::string cut_whole(const Program& program) {
    const auto index = index_of(*program.whole, program.retention_column);
    const auto& type = program.whole->columns[index].type;
    return "DELETE FROM " + whole_table(program) + " WHERE " + comparison(column_name(index), "<", "$1::" + type, type);
}

}  // namespace freshet::compile
