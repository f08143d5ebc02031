-- The columns of a relation ($1: its oid), in order, with types as SQL text. A type modifier of -1 and not NULL: without
-- one, format_type says "character" and "bit", which as SQL mean one character and one bit.
WITH RECURSIVE base AS (
    SELECT oid, oid AS base_oid FROM pg_type WHERE typtype <> 'd'
    UNION ALL
    SELECT d.oid, b.base_oid FROM pg_type d JOIN base b ON b.oid = d.typbasetype WHERE d.typtype = 'd'
)
SELECT a.attname::text AS name,
       format_type(a.atttypid, a.atttypmod) AS type,
       format_type(b.base_oid, -1) AS base_type,
       CASE WHEN t.typtype = 'd' THEN format_type(b.base_oid, -1) ELSE format_type(a.atttypid, a.atttypmod) END
           AS log_type,
       -- Compared with the type below a domain: the log keeps that one.
       CASE WHEN a.attcollation <> 0 AND a.attcollation <> bt.typcollation
            THEN quote_ident(n.nspname) || '.' || quote_ident(c.collname) ELSE '' END AS collation,
       a.attnotnull AS not_null,
       bt.typtype = 'e' AS is_enum,
       coalesce(c.collisdeterministic, true) AS deterministic
FROM pg_attribute a
JOIN pg_type t ON t.oid = a.atttypid
JOIN base b ON b.oid = a.atttypid
JOIN pg_type bt ON bt.oid = b.base_oid
LEFT JOIN pg_collation c ON c.oid = a.attcollation
LEFT JOIN pg_namespace n ON n.oid = c.collnamespace
WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
