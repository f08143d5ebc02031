-- $1: view, $2: error
UPDATE freshet.position
SET last_refresh_at = clock_timestamp(), last_status = 'failed', last_error = $2,
    consecutive_failures = consecutive_failures + 1
WHERE view_id = $1::integer AND node = 'local'
RETURNING consecutive_failures
