-- What freshet says of each view.
SELECT view_name, strategy, state, staleness_seconds, pending_changes, consecutive_failures, last_error
FROM freshet.status
ORDER BY view_name
