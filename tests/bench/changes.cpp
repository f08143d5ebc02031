#include "changes.hpp"

#include <algorithm>

namespace freshet::bench {

namespace {

const std::string other_hours =
    "UPDATE projects_time_entries SET hours = CASE WHEN hours > 5 THEN 0.25 ELSE hours + 0.25 END WHERE id IN @ids";
const std::string approvals = "UPDATE projects_time_entries SET approved = NOT approved WHERE id IN @ids";
const std::string inserts =
    "INSERT INTO projects_time_entries (project_id, task_id, user_id, date, hours, hourly_rate, is_billable, approved) "
    "SELECT project_id, task_id, user_id, date, hours, hourly_rate, is_billable, true FROM projects_time_entries "
    "WHERE id IN @ids";
const std::string deletes = "DELETE FROM projects_time_entries WHERE id IN @ids";

}  // namespace

const std::vector<ChangeKind>& change_kinds() {
    static const std::vector<ChangeKind> all = {
        {"get other hours", {other_hours}},
        {"are approved, or no longer", {approvals}},
        {"are inserted", {inserts}},
        {"are deleted", {deletes}},
        {"change, a quarter in each way", {other_hours, approvals, inserts, deletes}}};
    return all;
}

std::vector<std::string> Changes::spread(const ChangeKind& kind) {
    const auto rows = rows_ / static_cast<long>(kind.sql.size());
    const auto step = std::max(1L, (entries_ - 1) / rows);
    std::vector<std::string> statements;
    for (auto sql : kind.sql) {
        offset_ = offset_ % step + 1;
        const auto ids = "(SELECT g * " + std::to_string(step) + " + " + std::to_string(offset_) +
                         " FROM generate_series(0, " + std::to_string(rows - 1) + ") AS g)";
        statements.push_back(sql.replace(sql.find("@ids"), 4, ids));
    }
    return statements;
}

std::vector<std::string> Changes::within(long projects) const {
    auto sql = other_hours;
    return {
        sql.replace(sql.find("@ids"), 4,
                    "(SELECT id FROM projects_time_entries WHERE project_id <= " + std::to_string(projects) +
                        " AND date >= date_trunc('month', CURRENT_DATE - 100) "
                        "AND date < date_trunc('month', CURRENT_DATE - 100) + interval '1 month' AND approved LIMIT " +
                        std::to_string(rows_) + ")")};
}

}  // namespace freshet::bench
