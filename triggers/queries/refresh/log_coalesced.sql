-- One more successful apply: an event-driven one into this minute's row of the view, or else a new one.
-- $1: view name, $2: triggered by, $3: strategy, as what was done, $4: rows affected, $5: changes, $6: events (jsonb),
-- $7 and $8: seconds predicted of a fold and a reconcile, $9: the real ones, $10: rows a reconcile reads, $11: why
WITH this_minute AS (
    SELECT max(id) AS id FROM freshet.refresh_log
    WHERE view_name = $1 AND refresh_started_at >= date_trunc('minute', now()) AND triggered_by = 'event'
      AND $2::text = 'event' AND refresh_status = 'success' AND strategy = $3
), counted AS (
    UPDATE freshet.refresh_log l
    SET refresh_completed_at = clock_timestamp(), rows_affected = l.rows_affected + $4::bigint,
        changes_applied = l.changes_applied + $5::bigint, refresh_count = l.refresh_count + 1,
        duration_seconds = l.duration_seconds + extract(epoch FROM clock_timestamp() - now()),
        predicted_fold_seconds = l.predicted_fold_seconds + $7::float8,
        predicted_reconcile_seconds = l.predicted_reconcile_seconds + $8::float8,
        actual_seconds = l.actual_seconds + $9::float8, source_rows = $10::bigint, why = $11,
        events = (SELECT coalesce(jsonb_object_agg(key, total), '{}')
                  FROM (SELECT key, sum(value::bigint) AS total
                        FROM (SELECT * FROM jsonb_each_text(l.events)
                              UNION ALL SELECT * FROM jsonb_each_text($6::jsonb)) AS e GROUP BY key) AS s)
    FROM this_minute t WHERE l.id = t.id RETURNING l.id
)
INSERT INTO freshet.refresh_log (view_name, refresh_started_at, refresh_completed_at, refresh_status, rows_affected,
                                 triggered_by, strategy, changes_applied, events, duration_seconds,
                                 predicted_fold_seconds, predicted_reconcile_seconds, actual_seconds, source_rows, why)
SELECT $1, now(), clock_timestamp(), 'success', $4::bigint, $2::text, $3, $5::bigint, $6::jsonb,
       extract(epoch FROM clock_timestamp() - now()), $7::float8, $8::float8, $9::float8, $10::bigint, $11
WHERE NOT EXISTS (SELECT FROM counted)
