-- What entered the change logs since a snapshot ($1; NULL counts nothing), in one snapshot, and the age of the oldest
-- open transaction. One row at least, without a source if nothing entered. The logs' own counts go where the braces are.
SELECT n.until, n.oldest, c.source, c.op, c.rows
FROM (SELECT pg_current_snapshot()::text AS until,
             coalesce(extract(epoch FROM greatest(
                 (SELECT max(clock_timestamp() - a.xact_start) FROM pg_stat_activity a
                  WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
                    AND (a.backend_xid IS NOT NULL OR a.backend_xmin IS NOT NULL)),
                 (SELECT max(clock_timestamp() - p.prepared) FROM pg_prepared_xacts p
                  WHERE p.database = current_database()))), 0)::float8 AS oldest) AS n
LEFT JOIN (
SELECT CASE WHEN s.schema_name = 'public' THEN s.table_name ELSE s.schema_name || '.' || s.table_name END AS source,
       m.kind AS op, count(*) AS rows
FROM freshet.marker m JOIN freshet.source s ON s.id = m.source_id
WHERE m.xid >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(m.xid, $1::pg_snapshot)
GROUP BY 1, 2
{logs}) AS c ON true
