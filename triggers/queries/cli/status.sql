-- The health of every view. Moments as seconds since the epoch.
SELECT view_name, strategy, state, extract(epoch FROM as_of)::float8 AS as_of, staleness_seconds, pending_changes,
       extract(epoch FROM last_refresh_at)::float8 AS last_refresh_at, last_status, last_error, consecutive_failures,
       extract(epoch FROM verified_at)::float8 AS verified_at, drift_rows
FROM freshet.status ORDER BY view_name
