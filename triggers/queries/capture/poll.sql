-- One look at everything, in one snapshot: each view's pending changes and position, and the server's clock. Pending for
-- a view is also what waits to be folded into the views it reads; "own" leaves that out. {counts}: the pending changes of
-- each view's log, as (id, changes, oldest). {watch}: watched.sql, or nothing of it.
WITH own AS MATERIALIZED (
    SELECT c.id, sum(c.changes)::bigint AS changes, min(c.oldest) AS oldest FROM ({counts}) AS c GROUP BY c.id
), pending AS (
    SELECT r.view_id, sum(o.changes)::bigint AS changes, min(o.oldest) AS oldest
    FROM freshet.reads r JOIN own o ON o.id = r.below_id GROUP BY r.view_id
)
SELECT v.id, v.state, coalesce(p.changes, 0) AS changes, extract(epoch FROM p.oldest)::float8 AS oldest,
       coalesce(own.changes, 0) AS own_changes, extract(epoch FROM o.as_of)::float8 AS as_of, o.generation,
       extract(epoch FROM o.last_refresh_at)::float8 AS last_refresh_at, o.last_status, o.last_error,
       o.consecutive_failures, s.xmin, s.xmax, s.now, s.notification_queue, {watch},
       (SELECT coalesce(max(r.id), 0) FROM freshet.proof r) AS last_proof
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin, pg_snapshot_xmax(pg_current_snapshot())::text AS xmax,
             extract(epoch FROM statement_timestamp())::float8 AS now,
             pg_notification_queue_usage() AS notification_queue) AS s
LEFT JOIN freshet.view v ON v.state <> 'building'
LEFT JOIN freshet.position o ON o.view_id = v.id AND o.node = 'local'
LEFT JOIN own ON own.id = v.id
LEFT JOIN pending p ON p.view_id = v.id
ORDER BY v.id
