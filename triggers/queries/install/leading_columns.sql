-- The columns that begin a usable index over all rows of a table ($1: schema, $2: name), and how many bytes it has
-- with its partitions.
SELECT coalesce((SELECT sum(pg_relation_size(t.relid)) FROM pg_partition_tree(c.oid) AS t),
                pg_relation_size(c.oid))::bigint AS bytes,
       coalesce((SELECT array_agg(DISTINCT a.attname::text)
                 FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]
                 WHERE x.indrelid = c.oid AND x.indisvalid AND x.indisready AND x.indpred IS NULL), '{}') AS leading
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2
