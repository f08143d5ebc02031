-- The columns of a relation ($1: its oid), in order, with types as SQL text.
WITH RECURSIVE base AS (
    SELECT oid, oid AS base_oid FROM pg_type WHERE typtype <> 'd'
    UNION ALL
    SELECT d.oid, b.base_oid FROM pg_type d JOIN base b ON b.oid = d.typbasetype WHERE d.typtype = 'd'
)
SELECT a.attname::text AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       format_type(b.base_oid, NULL) AS base_type,
       CASE WHEN t.typtype = 'd' THEN format_type(b.base_oid, NULL) ELSE format_type(a.atttypid, a.atttypmod) END
           AS log_type,
       CASE WHEN a.attcollation <> 0 AND a.attcollation <> t.typcollation
            THEN quote_ident(n.nspname) || '.' || quote_ident(c.collname) ELSE '' END AS collation,
       a.attnotnull AS not_null,
       EXISTS (SELECT FROM pg_type e WHERE e.oid = b.base_oid AND e.typtype = 'e') AS is_enum
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
JOIN base b ON b.oid = a.atttypid
LEFT JOIN pg_collation c ON c.oid = a.attcollation
LEFT JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
