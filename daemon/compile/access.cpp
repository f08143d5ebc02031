#include "freshet/compile/access.hpp"

#include <algorithm>

#include "freshet/query/equality.hpp"

namespace freshet::compile {

namespace {

std::vector<query::Equality> equalities_of(const query::Arm& arm) {
    auto conditions = arm.conditions;
    for (const auto& relation : arm.relations) {
        conditions.insert(conditions.end(), relation.lookup_conditions.begin(), relation.lookup_conditions.end());
    }
    std::vector<query::Equality> equalities;
    for (const auto& condition : conditions) {
        if (const auto equality = query::column_equality(condition)) {
            equalities.push_back(*equality);
        }
    }
    return equalities;
}

// Follows a join from what is known to one relation after the other.
class Walk {
  public:
    Walk(const query::Arm& arm, std::string when, std::vector<Access>& found)
        : arm_(arm), equalities_(equalities_of(arm)), when_(std::move(when)), found_(found) {}

    void from(const std::string& relation) {
        known_.insert(relation);
        go_on();
    }
    // Rows of relations that have these values.
    void from(const std::vector<query::QualifiedColumn>& values) {
        for (const auto& relation : arm_.relations) {
            std::set<std::string> columns;
            for (const auto& value : values) {
                if (value.relation == relation.alias) {
                    columns.insert(value.column);
                }
            }
            reach(relation, std::move(columns));
        }
        go_on();
    }

  private:
    void go_on() {
        const auto before = known_.size();
        for (const auto& relation : arm_.relations) {
            if (!known_.contains(relation.alias)) {
                reach(relation, columns_equal_to_known(relation));
            }
        }
        if (known_.size() > before) {
            go_on();
        }
    }

    std::set<std::string> columns_equal_to_known(const query::Relation& relation) const {
        std::set<std::string> columns;
        for (const auto& [left, right] : equalities_) {
            if (left.relation == relation.alias && known_.contains(right.relation)) {
                columns.insert(left.column);
            } else if (right.relation == relation.alias && known_.contains(left.relation)) {
                columns.insert(right.column);
            }
        }
        return columns;
    }

    void reach(const query::Relation& relation, std::set<std::string> columns) {
        if (columns.empty()) {
            return;
        }
        known_.insert(relation.alias);
        Access access{relation.table, std::move(columns), when_};
        if (std::find(found_.begin(), found_.end(), access) == found_.end()) {
            found_.push_back(std::move(access));
        }
    }

    const query::Arm& arm_;
    std::vector<query::Equality> equalities_;
    std::string when_;
    std::vector<Access>& found_;
    std::set<std::string> known_;
};

void add_recomputation(const query::Arm& arm, std::vector<Access>& found) {
    std::vector<query::QualifiedColumn> keys;
    for (const auto& key : arm.keys) {
        if (auto column = query::plain_column(key)) {
            keys.push_back(std::move(*column));
        }
    }
    Walk(arm, "recomputing groups", found).from(keys);
}

}  // namespace

std::vector<Access> accesses(const Program& program) {
    std::vector<Access> found;
    for (const auto& level : program.levels) {
        for (const auto& arm : level.arms) {
            for (const auto& relation : arm.relations) {
                Walk(arm, "changes of " + relation.table.display(), found).from(relation.alias);
            }
            if (!level.recomputed.empty()) {
                add_recomputation(arm, found);
            }
        }
    }
    return found;
}

}  // namespace freshet::compile
