-- The same for a view that reads views: $1: view, $2: horizon or NULL. What the views below wrote in this very
-- transaction is folded, too, so the position is the snapshot with this transaction added. Of the transactions that
-- began between the snapshot and this one's first write nothing was seen: they are listed as in progress.
UPDATE freshet.position
SET snapshot = (
        SELECT (pg_snapshot_xmin(s.seen)::text || ':' || greatest(s.own + 1, pg_snapshot_xmax(s.seen)::text::bigint)::text || ':'
                || coalesce((SELECT string_agg(x::text, ',' ORDER BY x) FROM (
                       SELECT x::text::bigint FROM pg_snapshot_xip(s.seen) AS x
                       UNION ALL SELECT generate_series(pg_snapshot_xmax(s.seen)::text::bigint, s.own - 1)) AS t(x)
                   ), ''))::pg_snapshot
        FROM (SELECT pg_current_snapshot() AS seen, pg_current_xact_id()::text::bigint AS own) AS s),
    as_of = now(), generation = generation + 1, horizon = $2,
    last_refresh_at = now(), last_status = 'success', last_error = NULL, consecutive_failures = 0
WHERE view_id = $1::integer AND node = 'local'
