-- The views that a view reads, however many views lie between ($1: schema, $2: name); none for anything else.
WITH RECURSIVE top AS (
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'v'
), below(oid) AS (
    SELECT t.oid FROM top t
    UNION
    SELECT t.oid
    FROM below b
    JOIN pg_rewrite w ON w.ev_class = b.oid
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class t ON t.oid = d.refobjid AND t.relkind = 'v'
)
SELECT n.nspname::text AS schema_name, c.relname::text AS name
FROM below b
JOIN pg_class c ON c.oid = b.oid
JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE b.oid NOT IN (SELECT t.oid FROM top t)
ORDER BY 1, 2
