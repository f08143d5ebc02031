-- For each source whose rows are logged: how many more rows were changed by the server's statistics (an update counts as
-- two) than were written into the log, and when the statistics were reset; the same as it was when the views over it were
-- last known to be right. The statistics also count what was rolled back, of the source as of the log. The state of views is
-- freshet's own. in_doubt: a finding about the whole database is open (close_faults.sql).
WITH RECURSIVE captured AS (
    SELECT s.id, s.schema_name, s.table_name, s.relation, to_jsonb(s) -> 'accounted' AS accounted
    FROM freshet.source s WHERE 'insert' = ANY (s.operations) AND s.schema_name <> 'freshet'
      AND to_jsonb(s) ? 'accounted'  -- which is not there before install has been run by this version
), tree AS (
    SELECT s.id, s.relation FROM captured s
    UNION
    SELECT t.id, i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.relation
), changed AS (
    SELECT t.id, sum(pg_stat_get_tuples_inserted(t.relation) + pg_stat_get_tuples_deleted(t.relation)
                     + 2 * pg_stat_get_tuples_updated(t.relation)) AS rows
    FROM tree t GROUP BY t.id
), logged AS (
    SELECT s.id, sum(pg_stat_get_tuples_inserted(c.oid)) + freshet.packed_rows(s.id) AS rows
    FROM captured s
    JOIN pg_class c ON c.relname IN ('log_' || s.id || '_0', 'log_' || s.id || '_1')
                   AND c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = 'freshet')
    GROUP BY s.id
)
SELECT s.id, CASE WHEN s.schema_name = 'public' THEN '' ELSE s.schema_name || '.' END || s.table_name AS source,
       (c.rows - l.rows)::bigint AS excess,
       -- By hand, or by a crash of the server, which resets all there are.
       concat_ws(' ', extract(epoch FROM pg_stat_get_db_stat_reset_time(d.oid)),
                 extract(epoch FROM pg_stat_get_bgwriter_stat_reset_time())) AS since,
       (s.accounted ->> 'excess')::bigint AS accounted_excess, s.accounted ->> 'since' AS accounted_since,
       EXISTS (SELECT FROM freshet.capture_fault f
               WHERE f.source_id = s.id AND f.repaired_at IS NULL
                 AND f.reason IN ('restored', 'position_ahead', 'timeline_changed')) AS in_doubt
FROM captured s JOIN changed c ON c.id = s.id JOIN logged l ON l.id = s.id
JOIN pg_database d ON d.datname = current_database()
ORDER BY s.id
