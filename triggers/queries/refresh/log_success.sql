-- $1: id, $2: rows affected, $3: changes, $4: events (jsonb)
UPDATE freshet.refresh_log
SET refresh_status = 'success', refresh_completed_at = clock_timestamp(), rows_affected = $2::bigint,
    changes_applied = $3::bigint, events = $4::jsonb,
    duration_seconds = extract(epoch FROM clock_timestamp() - refresh_started_at)
WHERE id = $1::bigint
