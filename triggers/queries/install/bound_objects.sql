-- What hangs on relations that are to be dropped ($1: their oids) besides views, indexes and what has statements of its
-- own. "lost" goes with the relation, without a word; everything else keeps it from being dropped.
WITH gone AS (
    SELECT c.oid, c.reltype, t.typarray
    FROM pg_class c JOIN pg_type t ON t.oid = c.reltype WHERE c.oid = ANY ($1::oid[])
)
SELECT DISTINCT pg_describe_object(d.classid, d.objid, d.objsubid) AS object, d.deptype = 'a' AS lost
FROM gone g
JOIN pg_depend d ON d.deptype IN ('n', 'a') AND (
    (d.refclassid = 'pg_class'::regclass AND d.refobjid = g.oid)
    OR (d.refclassid = 'pg_type'::regclass AND d.refobjid IN (g.reltype, g.typarray)))
WHERE NOT (d.classid = 'pg_class'::regclass AND EXISTS (
              SELECT FROM pg_index x WHERE x.indexrelid = d.objid AND x.indrelid = g.oid))
  AND NOT (d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND EXISTS (
              SELECT FROM pg_rewrite w JOIN pg_class c ON c.oid = w.ev_class
              WHERE w.oid = d.objid AND w.ev_type = '1' AND c.relkind IN ('v', 'm')))
ORDER BY 1
