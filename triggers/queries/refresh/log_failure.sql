-- $1: id of a running row or NULL, $2: view name, $3: tenant or NULL, $4: triggered by, $5: strategy, $6: error
WITH running AS (
    UPDATE freshet.refresh_log
    SET refresh_status = 'failed', refresh_completed_at = clock_timestamp(), error_message = $6,
        duration_seconds = extract(epoch FROM clock_timestamp() - refresh_started_at)
    WHERE id = $1::bigint RETURNING id
)
INSERT INTO freshet.refresh_log (view_name, firm_id, refresh_started_at, refresh_completed_at, refresh_status,
                                 triggered_by, strategy, error_message)
SELECT $2, $3, clock_timestamp(), clock_timestamp(), 'failed', $4, $5, $6 WHERE NOT EXISTS (SELECT FROM running)
