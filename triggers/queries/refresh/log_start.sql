-- $1: view name, $2: tenant or NULL, $3: triggered by, $4: strategy
INSERT INTO freshet.refresh_log (view_name, firm_id, refresh_started_at, refresh_status, triggered_by, strategy)
VALUES ($1, $2, clock_timestamp(), 'running', $3, $4) RETURNING id
