-- What the daemon did for changes, by its own log.
SELECT coalesce(sum(refresh_count) FILTER (WHERE refresh_status = 'success'), 0)::bigint AS refreshes,
    coalesce(sum(changes_applied) FILTER (WHERE refresh_status = 'success'), 0)::bigint AS changes_applied,
    count(*) FILTER (WHERE refresh_status = 'failed') AS failures
FROM freshet.refresh_log
WHERE triggered_by = 'event'
