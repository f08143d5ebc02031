-- The tables a view or materialized view ($1: its oid) reads, through views below it.
WITH RECURSIVE reads AS (
    SELECT $1::oid AS relation
    UNION
    SELECT d.refobjid
    FROM reads r
    JOIN pg_rewrite w ON w.ev_class = r.relation
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid
                    AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> r.relation
)
SELECT n.nspname::text AS schema_name, c.relname::text AS table_name, c.relkind::text AS kind
FROM reads r JOIN pg_class c ON c.oid = r.relation JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind NOT IN ('v', 'm', 'S', 'i') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
ORDER BY 1, 2
