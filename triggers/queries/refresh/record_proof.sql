-- $1: view, $2: tenant or NULL, $3: moment of the snapshot in seconds since the epoch or NULL, $4: outcome, $5: rows that
-- differ, $6: repaired, $7: triggered by, $8: seconds it took, $9: error or NULL. Nothing if the view is gone.
INSERT INTO freshet.proof (view_id, tenant, as_of, outcome, drift_rows, repaired, triggered_by, duration_seconds,
                           error_message)
SELECT v.id, $2, to_timestamp($3::float8), $4, $5::bigint, $6::boolean, $7, $8::float8, $9
FROM freshet.view v WHERE v.id = $1::integer
