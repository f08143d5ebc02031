// The indexes of a materialized view, said of the state table behind the view that took its place.
#include <algorithm>

#include "adoption.hpp"
#include "freshet/compile/emit.hpp"
#include "freshet/query/rename.hpp"

namespace freshet::install {

namespace {

// What keeps an index from the state table.
struct Untranslatable {
    std::string reason;
};

class Translation {
  public:
    Translation(const compile::Program& program, const Index& index) : program_(program), index_(index) {}

    // USING btree (k0, k5 DESC), and the rest of the statement. Throws Untranslatable.
    std::string keys() {
        std::string list;
        for (const auto& column : index_.columns) {
            if (column.key) {
                list += (list.empty() ? "" : ", ") + element(column) + column.suffix;
            }
        }
        return "(" + list + ")";
    }
    std::string rest() {
        std::string included;
        for (const auto& column : index_.columns) {
            if (!column.key) {
                included += (included.empty() ? "" : ", ") + element(column);
            }
        }
        return (included.empty() ? "" : " INCLUDE (" + included + ")") +
               (index_.storage.empty() ? "" : " WITH (" + index_.storage + ")") +
               (index_.tablespace.empty() ? "" : " TABLESPACE " + sql::quote(index_.tablespace)) +
               (index_.predicate.empty() ? "" : " WHERE " + renamed(index_.predicate));
    }
    const std::string& table() const { return table_; }

  private:
    std::string element(const IndexColumn& column) {
        return column.name.empty() ? "(" + renamed(column.expression) + ")" : of_state(column.name);
    }
    std::string renamed(const std::string& expression) {
        auto text = query::rename_columns(expression, [this](const std::string& name) { return of_state(name); });
        if (!text) {
            throw Untranslatable{"its expression (" + expression + ") is none that freshet can read"};
        }
        return std::move(*text);
    }
    std::string of_state(const std::string& name) {
        const auto column = compile::state_column(program_, name);
        if (!column) {
            throw Untranslatable{"column " + name + " is computed when it is read"};
        }
        if (!table_.empty() && table_ != column->table) {
            throw Untranslatable{"its columns come from several groupings"};
        }
        table_ = column->table;
        return column->column;
    }

    const compile::Program& program_;
    const Index& index_;
    std::string table_;
};

bool indexed_already(const std::vector<std::string>& statements, const std::string& target) {
    return std::any_of(statements.begin(), statements.end(), [&](const std::string& statement) {
        return statement.find("INDEX ON " + target) != std::string::npos;
    });
}

}  // namespace

TranslatedIndexes translate_indexes(const compile::Program& program, const std::vector<Index>& indexes,
                                    const std::vector<std::string>& present) {
    TranslatedIndexes result;
    int ordinal = 0;
    for (const auto& index : indexes) {
        ++ordinal;
        try {
            Translation translation(program, index);
            const auto keys = translation.keys();
            const auto rest = translation.rest();
            if (translation.table().empty()) {
                throw Untranslatable{"it reads no column"};
            }
            const auto target = translation.table() + " " + keys;
            const bool plain = index.method == "btree" && rest.empty();
            if (plain && indexed_already(present, target)) {
                continue;
            }
            if (plain && indexed_already(present, target.substr(0, target.size() - 1) + ",")) {
                throw Untranslatable{"another one begins with its columns"};
            }
            // Of a generation of its own, so that the next one can be built beside it.
            const auto name = "v" + std::to_string(program.view_id) + "_" + std::to_string(ordinal) + "_" + index.name;
            result.statements.push_back("CREATE INDEX " + sql::quote(name) + " ON " + translation.table() + " USING " +
                                        sql::quote(index.method) + " " + keys + rest);
            if (index.unique) {
                result.notes.push_back("index " + index.name +
                                       " is kept without UNIQUE: while changes are merged, an old and a new group may "
                                       "share its columns for a moment");
            }
        } catch (const Untranslatable& obstacle) {
            result.notes.push_back("not kept: the index " + index.name + ", because " + obstacle.reason);
        } catch (const core::Error& error) {
            result.notes.push_back("not kept: the index " + index.name + ", because " + error.what());
        }
    }
    return result;
}

}  // namespace freshet::install
