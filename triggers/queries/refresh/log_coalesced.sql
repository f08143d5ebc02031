-- One more successful apply: an event-driven one into this minute's row of the view, or else a new one.
-- $1: view name, $2: strategy, $3: rows affected, $4: changes, $5: events (jsonb), $6: triggered by
WITH this_minute AS (
    SELECT max(id) AS id FROM freshet.refresh_log
    WHERE view_name = $1 AND refresh_started_at >= date_trunc('minute', now()) AND triggered_by = 'event'
      AND $6::text = 'event' AND refresh_status = 'success' AND strategy = $2
), counted AS (
    UPDATE freshet.refresh_log l
    SET refresh_completed_at = clock_timestamp(), rows_affected = l.rows_affected + $3::bigint,
        changes_applied = l.changes_applied + $4::bigint, refresh_count = l.refresh_count + 1,
        duration_seconds = l.duration_seconds + extract(epoch FROM clock_timestamp() - now()),
        events = (SELECT coalesce(jsonb_object_agg(key, total), '{}')
                  FROM (SELECT key, sum(value::bigint) AS total
                        FROM (SELECT * FROM jsonb_each_text(l.events)
                              UNION ALL SELECT * FROM jsonb_each_text($5::jsonb)) AS e GROUP BY key) AS s)
    FROM this_minute t WHERE l.id = t.id RETURNING l.id
)
INSERT INTO freshet.refresh_log (view_name, refresh_started_at, refresh_completed_at, refresh_status, rows_affected,
                                 triggered_by, strategy, changes_applied, events, duration_seconds)
SELECT $1, now(), clock_timestamp(), 'success', $3::bigint, $6::text, $2, $4::bigint, $5::jsonb,
       extract(epoch FROM clock_timestamp() - now())
WHERE NOT EXISTS (SELECT FROM counted)
