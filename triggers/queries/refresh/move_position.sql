-- $1: view, $2: horizon or NULL. now() is when the transaction began: no later than its snapshot.
UPDATE freshet.position
SET snapshot = pg_current_snapshot(), as_of = now(), generation = generation + 1, horizon = $2,
    last_refresh_at = now(), last_status = 'success', last_error = NULL, consecutive_failures = 0
WHERE view_id = $1::integer AND node = 'local'
