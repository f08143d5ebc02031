-- What was proven since a snapshot ($1), whoever did it. With NULL nothing is counted: of each view only the moment
-- for which it was last found exact. One row at least, without a view if there is nothing.
SELECT s.until, p.view_id, p.outcome, p.drift_rows, p.tenant IS NULL AS whole, extract(epoch FROM p.as_of)::float8 AS as_of
FROM (SELECT pg_current_snapshot()::text AS until) AS s
LEFT JOIN (
    SELECT * FROM freshet.proof
    WHERE xid >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(xid, $1::pg_snapshot)
    UNION ALL
    (SELECT DISTINCT ON (view_id) * FROM freshet.proof
     WHERE $1::pg_snapshot IS NULL AND outcome = 'exact' AND tenant IS NULL ORDER BY view_id, as_of DESC)
) AS p ON true
ORDER BY p.id
