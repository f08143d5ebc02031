-- The columns of the relation $1 that are not compared by equality: floating-point numbers, for the order of additions
-- shows in them, and types that have no equality.
WITH columns AS (
    SELECT a.attname, a.attnum, coalesce(nullif(t.typbasetype, 0), t.oid) AS type
    FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = $1::regclass AND a.attnum > 0 AND NOT a.attisdropped
), elements AS (
    SELECT c.attname, c.attnum, c.type, (CASE WHEN t.typcategory = 'A' THEN t.typelem ELSE t.oid END)::regtype::text AS element
    FROM columns c
    JOIN pg_type t ON t.oid = c.type
)
SELECT attname::text,
       CASE type WHEN 'float8'::regtype THEN 'double' WHEN 'float4'::regtype THEN 'real' ELSE 'text' END
FROM elements
WHERE type IN ('float8'::regtype, 'float4'::regtype)
   OR element IN ('json', 'xml', 'point', 'line', 'lseg', 'box', 'path', 'polygon', 'circle', 'jsonpath', 'refcursor',
                  'pg_snapshot', 'txid_snapshot')
ORDER BY attnum
