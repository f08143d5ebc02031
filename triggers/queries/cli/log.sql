-- The newest refreshes first. $1: view name or NULL for all, $2: only those that failed, $3: how many.
-- Moments as seconds since the epoch.
SELECT id, view_name, firm_id, extract(epoch FROM refresh_started_at)::float8 AS started_at,
       extract(epoch FROM refresh_completed_at)::float8 AS completed_at, refresh_status, rows_affected, error_message,
       triggered_by, strategy, changes_applied, events::text AS events, refresh_count, duration_seconds,
       predicted_fold_seconds, predicted_reconcile_seconds, actual_seconds, source_rows, why
FROM freshet.refresh_log
WHERE ($1::text IS NULL OR view_name = $1) AND (NOT $2::boolean OR refresh_status = 'failed')
ORDER BY refresh_started_at DESC, id DESC LIMIT $3::bigint
