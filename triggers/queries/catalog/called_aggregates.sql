-- The aggregates behind a view ($1: its oid): PostgreSQL's own by their name, others as schema.name.
SELECT DISTINCT CASE WHEN n.nspname = 'pg_catalog' THEN '' ELSE n.nspname || '.' END || p.proname AS name
FROM pg_rewrite r
CROSS JOIN LATERAL regexp_matches(r.ev_action::text, ':aggfnoid (\d+)', 'g') AS m
JOIN pg_proc p ON p.oid = m[1]::oid
JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE r.ev_class = $1::oid
ORDER BY 1
