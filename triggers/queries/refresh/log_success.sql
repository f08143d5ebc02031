-- $1: id, $2: strategy, as what was done, $3: rows affected, $4: changes, $5: events (jsonb), $6 and $7: seconds predicted
-- of a fold and a reconcile, $8: the real ones, $9: rows a reconcile reads, $10: why
UPDATE freshet.refresh_log
SET refresh_status = 'success', refresh_completed_at = clock_timestamp(), strategy = $2, rows_affected = $3::bigint,
    changes_applied = $4::bigint, events = $5::jsonb,
    duration_seconds = extract(epoch FROM clock_timestamp() - refresh_started_at),
    predicted_fold_seconds = $6::float8, predicted_reconcile_seconds = $7::float8, actual_seconds = $8::float8,
    source_rows = $9::bigint, why = $10
WHERE id = $1::bigint
