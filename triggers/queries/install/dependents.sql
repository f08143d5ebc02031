-- The views and materialized views that a successor of a relation ($1: its oid) under the same name makes necessary to
-- change, nearest first. A plain view is replaced in place, so what stands on it needs nothing; a materialized view is made
-- anew, and what stands on that is changed in turn. Depth counts every view between, so that data never comes from one
-- that is still to be changed.
WITH RECURSIVE edge AS (
    SELECT DISTINCT d.refobjid AS lower, w.ev_class AS upper
    FROM pg_depend d JOIN pg_rewrite w ON w.oid = d.objid
    WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> w.ev_class
), above AS (
    SELECT $1::oid AS oid, 0 AS depth
    UNION
    SELECT e.upper, a.depth + 1 FROM above a JOIN edge e ON e.lower = a.oid
), changed AS (
    SELECT $1::oid AS oid, true AS made_anew
    UNION
    SELECT e.upper, c.relkind = 'm'
    FROM changed r JOIN edge e ON e.lower = r.oid JOIN pg_class c ON c.oid = e.upper
    WHERE r.made_anew AND c.relkind IN ('v', 'm')
)
SELECT c.oid::text AS oid, max(a.depth) AS depth
FROM changed c JOIN above a ON a.oid = c.oid
WHERE c.oid <> $1::oid
GROUP BY c.oid ORDER BY max(a.depth), c.oid
