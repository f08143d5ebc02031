-- The health of every view. Moments as seconds since the epoch.
SELECT view_name, s.strategy, state, extract(epoch FROM as_of)::float8 AS as_of, staleness_seconds, pending_changes,
       extract(epoch FROM last_refresh_at)::float8 AS last_refresh_at, last_status, last_error, consecutive_failures,
       extract(epoch FROM verified_at)::float8 AS verified_at, drift_rows, l.strategy AS last_strategy,
       l.why AS last_why, s.reads
FROM freshet.status s
LEFT JOIN LATERAL (SELECT r.strategy, r.why FROM freshet.refresh_log r
                   WHERE r.view_name = s.view_name AND r.refresh_status = 'success'
                   ORDER BY r.refresh_started_at DESC, r.id DESC LIMIT 1) AS l ON true
ORDER BY view_name
