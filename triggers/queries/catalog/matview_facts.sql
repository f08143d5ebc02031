-- What REFRESH MATERIALIZED VIEW CONCURRENTLY needs of a relation ($1: schema, $2: name).
SELECT c.oid::bigint AS oid,
       c.relkind::text AS kind,
       c.relispopulated AS populated,
       pg_has_role(c.relowner, 'USAGE') AS may_refresh,
       pg_get_userbyid(c.relowner)::text AS owner,
       EXISTS (SELECT FROM pg_index i
               WHERE i.indrelid = c.oid AND i.indisunique AND i.indisvalid AND i.indimmediate
                 AND i.indpred IS NULL AND i.indexprs IS NULL) AS has_unique_index,
       coalesce(pg_get_viewdef(c.oid), '') AS definition,
       coalesce((SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
                 WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '{}') AS columns
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2
