-- Sessions of freshetd that have waited for a second or more for somebody's lock, and who holds it. Process 0 is a
-- prepared transaction. What other roles' sessions do is visible with the rights of pg_read_all_stats only.
SELECT waiting.seconds AS waited_seconds, holder.pid, b.usename AS role, b.application_name AS application, b.state,
       extract(epoch FROM clock_timestamp() - b.xact_start)::float8 AS transaction_seconds,
       regexp_replace(left(b.query, 200), '\s+', ' ', 'g') AS query
FROM pg_stat_activity w
CROSS JOIN LATERAL (
    SELECT extract(epoch FROM clock_timestamp() - coalesce(min(l.waitstart), w.query_start))::float8 AS seconds
    FROM pg_locks l WHERE l.pid = w.pid AND NOT l.granted) AS waiting
CROSS JOIN LATERAL (SELECT DISTINCT unnest(pg_blocking_pids(w.pid))) AS holder(pid)
LEFT JOIN pg_stat_activity b ON b.pid = holder.pid
WHERE w.datname = current_database() AND w.application_name LIKE 'freshetd/%' AND w.pid <> pg_backend_pid()
  AND w.wait_event_type = 'Lock' AND waiting.seconds >= 1
ORDER BY waiting.seconds DESC, holder.pid
