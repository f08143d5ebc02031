-- The relations a view ($1: its oid) reads itself, with the columns that it reads of each.
SELECT c.oid::bigint AS oid, n.nspname::text AS schema_name, c.relname::text AS relation_name, c.relkind::text AS kind,
       coalesce(array_agg(DISTINCT a.attname::text ORDER BY a.attname::text) FILTER (WHERE a.attname IS NOT NULL), '{}')
           AS columns
FROM pg_rewrite w
JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
                AND d.refobjid <> w.ev_class
JOIN pg_class c ON c.oid = d.refobjid
JOIN pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = d.refobjsubid AND a.attnum > 0
WHERE w.ev_class = $1::oid
GROUP BY c.oid, n.nspname, c.relname, c.relkind
ORDER BY 2, 3
