-- The columns of a source's log ($1: its id); no row if there is no log. The view over both tables comes last when a log is
-- made or extended, so what it has they have. With its type, its collation, and whether packed rows have arrays of it.
SELECT a.attname::text AS name, format_type(a.atttypid, a.atttypmod) AS type,
       coalesce((SELECT quote_ident(n.nspname) || '.' || quote_ident(c.collname)
                 FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace JOIN pg_type t ON t.oid = a.atttypid
                 WHERE c.oid = a.attcollation AND a.attcollation <> t.typcollation), '') AS collation,
       EXISTS (SELECT FROM pg_attribute p WHERE p.attrelid = to_regclass('freshet.log_' || $1 || '_0') AND NOT p.attisdropped
                                            AND p.attname = a.attname || '[]') AS packed
FROM pg_attribute a
WHERE a.attrelid = to_regclass('freshet.log_' || $1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
