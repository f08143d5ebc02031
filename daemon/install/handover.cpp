#include "handover.hpp"

namespace freshet::install {

namespace {

using Statements = std::vector<std::string>;

void append(Statements& statements, const Statements& more) {
    statements.insert(statements.end(), more.begin(), more.end());
}

std::string out_of_the_way(std::int64_t oid) {
    return "freshet_old_" + std::to_string(oid);
}

sql::QualifiedName aside(const Relation& relation) {
    return {relation.name.schema, out_of_the_way(relation.oid)};
}

std::string drop(const Relation& relation) {
    return "DROP " + std::string(relation.kind()) + " " + aside(relation).quoted();
}

Statements set_aside(const Relation& relation) {
    Statements statements;
    for (const auto& index : relation.indexes) {
        const sql::QualifiedName name{relation.name.schema, index.name};
        statements.push_back("ALTER INDEX " + name.quoted() + " RENAME TO " + sql::quote(out_of_the_way(index.oid)));
    }
    statements.push_back("ALTER " + std::string(relation.kind()) + " " + relation.name.quoted() + " RENAME TO " +
                         sql::quote(aside(relation).name));
    return statements;
}

// Owner, grants and comments of the old relation, for the new one of its name.
Statements settle(const Relation& old, std::string_view kind) {
    const auto subject = std::string(kind) + " " + old.name.quoted();
    Statements statements;
    if (old.may_own) {
        statements.push_back("ALTER " + subject + " OWNER TO " + sql::quote(old.owner));
    }
    append(statements, old.belongings);
    if (!old.may_own) {
        statements.push_back("GRANT SELECT ON TABLE " + old.name.quoted() + " TO " + sql::quote(old.owner) +
                             " WITH GRANT OPTION");
    }
    if (!old.comment.empty()) {
        statements.push_back("COMMENT ON " + subject + " IS " + sql::literal(old.comment));
    }
    return statements;
}

std::string with_options(const std::string& options) {
    return options.empty() ? "" : " WITH (" + options + ")";
}

Statements replace_in_place(const Relation& view) {
    return {"CREATE OR REPLACE VIEW " + view.name.quoted() + with_options(view.options) + " AS\n" + view.definition};
}

Statements make_anew(const Relation& view) {
    auto statements = set_aside(view);
    statements.push_back(
        create_materialized(view.name, view, view.definition, view.populated ? Data::present : Data::absent));
    for (const auto& index : view.indexes) {
        append(statements, create_index(index, view.name));
    }
    append(statements, settle(view, view.kind()));
    return statements;
}

}  // namespace

std::string create_materialized(const sql::QualifiedName& name, const Relation& like, const std::string& definition,
                                Data data) {
    return "CREATE MATERIALIZED VIEW " + name.quoted() +
           (like.access_method.empty() ? "" : " USING " + sql::quote(like.access_method)) + with_options(like.options) +
           (like.tablespace.empty() ? "" : " TABLESPACE " + sql::quote(like.tablespace)) + " AS\n" + definition +
           "\nWITH " + (data == Data::present ? "" : "NO ") + "DATA";
}

std::vector<std::string> create_index(const Index& index, const sql::QualifiedName& relation) {
    const auto name = sql::QualifiedName{relation.schema, index.name}.quoted();
    Statements statements{"CREATE " + std::string(index.unique ? "UNIQUE " : "") + "INDEX " + sql::quote(index.name) +
                          " ON " + relation.quoted() + " " + index.tail};
    if (!index.tablespace.empty()) {
        statements.push_back("ALTER INDEX " + name + " SET TABLESPACE " + sql::quote(index.tablespace));
    }
    if (!index.comment.empty()) {
        statements.push_back("COMMENT ON INDEX " + name + " IS " + sql::literal(index.comment));
    }
    if (index.clustered) {
        statements.push_back("ALTER MATERIALIZED VIEW " + relation.quoted() + " CLUSTER ON " + sql::quote(index.name));
    }
    return statements;
}

std::vector<std::string> lock_statements(const Legacy& legacy) {
    Statements statements;
    // To give a relation to the owner it has takes the lock and changes nothing; LOCK TABLE knows no materialized
    // views.
    const auto lock = [&](const Relation& relation) {
        statements.push_back("ALTER " + std::string(relation.kind()) + " " + relation.name.quoted() + " OWNER TO " +
                             sql::quote(relation.owner));
    };
    for (auto view = legacy.dependents.rbegin(); view != legacy.dependents.rend(); ++view) {
        lock(*view);
    }
    lock(legacy.relation);
    return statements;
}

std::vector<std::string> handover(const Legacy& legacy, const std::vector<std::string>& create, Becomes becomes) {
    auto statements = set_aside(legacy.relation);
    append(statements, create);
    append(statements, settle(legacy.relation, becomes == Becomes::view ? "VIEW" : "MATERIALIZED VIEW"));
    for (const auto& view : legacy.dependents) {
        append(statements, view.materialized ? make_anew(view) : replace_in_place(view));
    }
    for (auto view = legacy.dependents.rbegin(); view != legacy.dependents.rend(); ++view) {
        if (view->materialized) {
            statements.push_back(drop(*view));
        }
    }
    statements.push_back(drop(legacy.relation));
    return statements;
}

std::vector<std::string> losses(const Legacy& legacy) {
    std::vector<std::string> lines;
    for (const auto& object : legacy.bound) {
        if (object.lost) {
            lines.push_back("not kept: the " + object.name);
        }
    }
    const auto owner_lost = [&](const Relation& relation) {
        if (!relation.may_own) {
            lines.push_back("not kept: the owner " + relation.owner + " of " + relation.name.display() +
                            ", who gets SELECT with grant option; the role may not create for that owner");
        }
    };
    owner_lost(legacy.relation);
    for (const auto& view : legacy.dependents) {
        if (view.materialized) {
            owner_lost(view);
        }
    }
    return lines;
}

std::vector<core::Fault> obstacles(const Legacy& legacy) {
    std::vector<core::Fault> faults;
    const auto fault = [&](std::string message, std::string hint) {
        faults.push_back({"", 0, 0, std::move(message), std::move(hint)});
    };
    for (const auto& object : legacy.bound) {
        if (!object.lost) {
            fault(object.name + " depends on " + legacy.relation.name.display() +
                      " in a way that cannot be carried over to another relation",
                  "drop it before, and create it again afterwards");
        }
    }
    const auto judge = [&](const Relation& relation) {
        if (!relation.may_replace) {
            fault("no right to replace " + relation.name.display(),
                  "only its owner " + relation.owner + " may; make the daemon's role a member of it");
        }
    };
    judge(legacy.relation);
    for (const auto& view : legacy.dependents) {
        judge(view);
    }
    return faults;
}

}  // namespace freshet::install
