-- One look at everything, in one snapshot: each view's pending changes and position, and the server's clock.
SELECT v.id, v.state, p.changes, extract(epoch FROM p.oldest)::float8 AS oldest,
       extract(epoch FROM o.as_of)::float8 AS as_of, o.generation,
       extract(epoch FROM o.last_refresh_at)::float8 AS last_refresh_at, o.last_status, o.last_error,
       o.consecutive_failures, s.xmin, s.xmax, s.now, s.notification_queue
FROM (SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS xmin, pg_snapshot_xmax(pg_current_snapshot())::text AS xmax,
             extract(epoch FROM statement_timestamp())::float8 AS now,
             pg_notification_queue_usage() AS notification_queue) AS s
LEFT JOIN freshet.view v ON v.state <> 'building'
LEFT JOIN freshet.position o ON o.view_id = v.id AND o.node = 'local'
LEFT JOIN LATERAL freshet.pending(v.id) AS p ON true
ORDER BY v.id
