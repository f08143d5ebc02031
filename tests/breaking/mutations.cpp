#include "mutations.hpp"

namespace freshet::breaking {

const std::vector<Mutation>& mutations() {
    static const std::vector<Mutation> all = {
        {"lost_minus", "the terms of an even number of changed tables are added, not subtracted",
         " * -1)::integer AS sign", ")::integer AS sign", Flavour::joins},
        {"nulls_distinct", "the unique indexes of the state take NULL keys for different", " NULLS NOT DISTINCT", "",
         Flavour::nulls},
        {"position_too_far", "the position covers transactions that are still open",
         "SET snapshot = pg_current_snapshot()",
         "SET snapshot = (pg_snapshot_xmax(pg_current_snapshot()) || ':' || pg_snapshot_xmax(pg_current_snapshot()) || "
         "':')::pg_snapshot",
         Flavour::long_writers},
        {"in_progress_ignored", "a batch leaves out what was open at the position and has committed since",
         "AND NOT pg_visible_in_snapshot(freshet_xid, $1::pg_snapshot)",
         "AND freshet_xid >= pg_snapshot_xmax($1::pg_snapshot)", Flavour::long_writers},
        {"folded_twice", "a batch takes in what the position has already",
         "AND NOT pg_visible_in_snapshot(freshet_xid, $1::pg_snapshot)", "", Flavour::long_writers},
        {"extremes_kept", "min and max of a large group are not read anew after a delete",
         "\n    WHERE t.ctid = ANY ($1::tid[])\n    RETURNING",
         "\n    WHERE t.ctid = ANY ($1::tid[]) AND false\n    RETURNING", Flavour::extremes},
        {"emptied_group_kept", "a group without rows stays", "WHERE t.ctid = ANY ($1::tid[]) AND t.n = 0",
         "WHERE t.ctid = ANY ($1::tid[]) AND false", Flavour::everything},
        {"equal_updates_skipped", "capture skips an update whose values are equal, though they read differently",
         "OPERATOR(pg_catalog.*<>)", "IS DISTINCT FROM", Flavour::spellings},
        {"nulls_counted", "count(x) counts NULLs, too", "coalesce(sum(sign) FILTER (WHERE ",
         "coalesce(sum(sign) FILTER (WHERE true OR ", Flavour::nulls},
        {"distinct_off_by_one", "a distinct count of a large group stays when the last of a value goes",
         "- (before > 0)::integer", "- (before > 0 AND after > 0)::integer", Flavour::extremes},
        {"emptied_values_kept", "values of which none is left stay in the row", " GROUP BY v HAVING sum(m) <> 0",
         " GROUP BY v", Flavour::extremes},
        {"multiplicity_replaced", "the multiplicity of a value of a large group is replaced, not added to",
         "SET n = t.n + excluded.n\n", "SET n = excluded.n\n", Flavour::extremes},
        {"values_not_added_up", "the multiplicity of a value is that of the batch",
         "sum(m)::integer AS m FROM (SELECT unnest", "min(m)::integer AS m FROM (SELECT unnest", Flavour::extremes},
        {"values_left_behind", "values of a large group that is gone are taken for those of the next one",
         "AS v WHERE v.spill IN (SELECT t.spill FROM", "AS v WHERE false AND v.spill IN (SELECT t.spill FROM",
         Flavour::extremes},
        {"spilled_count_kept", "a distinct count of a large group stays as it was", "CASE WHEN o.spilled THEN t.d",
         "CASE WHEN false THEN t.d", Flavour::extremes},
        {"retention_not_cut", "a fold brings back groups before the horizon",
         " IS NULL OR $2::", " IS NOT NULL OR $2::", Flavour::retention},
        {"truncate_unseen", "the marker of a TRUNCATE names another table", "VALUES (TG_ARGV[0]::integer, ",
         "VALUES (-1, ", Flavour::truncates},
        {"netting_drops_one", "netting a batch drops one row of each kind",
         "freshet_number <= freshet_sign * freshet_net", "freshet_number < freshet_sign * freshet_net",
         Flavour::everything},
        {"trimmed_too_early", "a log is emptied that a view still needs", "SELECT EXISTS (SELECT FROM freshet.log_",
         "SELECT false AND EXISTS (SELECT FROM freshet.log_", Flavour::trims},
        {"deletes_uncaptured", "capture logs a deleted row as a new one", "SELECT -1, r.", "SELECT 1, r.",
         Flavour::everything},
        {"packed_rows_unread", "the log does not show the rows of packed ones", " WHERE freshet_sign IS NULL",
         " WHERE freshet_sign IS NULL AND false", Flavour::everything},
        {"packed_deletes_inserted", "many rows that are deleted at once are packed as new ones",
         "-1 OPERATOR(pg_catalog.*) pg_catalog.count(*)", "1 OPERATOR(pg_catalog.*) pg_catalog.count(*)",
         Flavour::everything},
        {"stale_groups_kept", "a recomputation leaves groups that are gone", " HAVING count(*) = count(id)",
         " HAVING false", Flavour::truncates},
        {"average_of_rows", "avg divides by rows, NULLs among them", "::numeric / c", "::numeric / n + 0 * c",
         Flavour::nulls},
        {"having_forgotten", "groups that HAVING leaves out are shown", " AS g\nWHERE ", " AS g\nWHERE true OR ",
         Flavour::above},
        {"recomputed_kept", "what is recomputed stays as it was", "WHERE t.ctid = f.id",
         "WHERE t.ctid = f.id AND false", Flavour::recomputed},
        {"null_groups_not_recomputed", "groups with a NULL key are not recomputed", " IS NULL AND dirty.",
         " IS NULL AND false AND dirty.", Flavour::recomputed},
        {"total_of_nothing_is_null", "count(*) over nothing is NULL", "coalesce(n, 0)", "n", Flavour::totals},
        {"total_without_a_row", "aggregates without GROUP BY have no row over nothing", " AS one LEFT JOIN ",
         " AS one JOIN ", Flavour::totals},
        {"distinct_summed_again", "a distinct sum of a large group adds a value that was there before",
         "after > 0 AND before <= 0", "after > 0", Flavour::extremes},
        {"digits_never_taken_back", "a sum shows the digits of rows that are gone", "sign * CASE scale(",
         "abs(sign) * CASE scale(", Flavour::spellings},
        {"sum_of_nothing_is_zero", "a sum of values that are all gone is zero", " <> 0 THEN coalesce(t.s",
         " >= 0 THEN coalesce(t.s", Flavour::nulls},
        {"lookup_keeps_nulls", "what an outer join showed before it found a row stays", "_match ON true",
         "_match ON false", Flavour::lookups},
        {"merged_rows_believed", "capture takes what a MERGE into a partitioned table hands it for right",
         "IF strays = 0 THEN", "IF strays >= 0 THEN", Flavour::partitions},
        {"moved_rows_unseen", "what a MERGE moves to another partition passes unnoticed", "IF noted <> ",
         "IF false AND noted <> ", Flavour::partitions},
        {"chain_folded_twice", "a chain's own rows are folded twice", "pg_current_xact_id()::text::bigint AS own",
         "pg_snapshot_xmax(pg_current_snapshot())::text::bigint - 1 AS own", Flavour::chains},
        {"attached_ignored", "an attached partition is ignored", "CASE WHEN filled THEN 'partition_attached' ELSE",
         "CASE WHEN false THEN 'partition_attached' ELSE", Flavour::attached},
        {"detached_ignored", "a detached partition is ignored",
         "WHERE NOT present -> 'partitions' @> to_jsonb(d.id::bigint)", "WHERE false", Flavour::attached},
        {"null_keys_kept", "rows with a NULL key are not replaced", " IS NULL), false) AS null_",
         " IS NULL AND false), false) AS null_", Flavour::by_key},
        {"twins_are_one", "of rows that read the same, only the first is replaced",
         " AND w.freshet_number = k.freshet_number", "", Flavour::by_key},
    };
    return all;
}

std::string plant(const Mutation& mutation, std::string sql, int& places) {
    for (auto at = sql.find(mutation.what); at != std::string::npos;
         at = sql.find(mutation.what, at + mutation.with.size())) {
        sql.replace(at, mutation.what.size(), mutation.with);
        ++places;
    }
    return sql;
}

}  // namespace freshet::breaking
