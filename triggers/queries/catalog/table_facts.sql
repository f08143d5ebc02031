-- What the engine must know of a table ($1: schema, $2: name) before it may read or capture it.
SELECT c.oid::bigint AS oid,
       c.relkind::text AS kind,
       c.relpersistence::text AS persistence,
       EXISTS (SELECT FROM pg_inherits i WHERE i.inhparent = c.oid) AS has_children,
       EXISTS (SELECT FROM pg_inherits i WHERE i.inhrelid = c.oid) AS is_child,
       c.relispartition AS is_partition,
       EXISTS (SELECT FROM pg_partition_tree(c.oid) p JOIN pg_class f ON f.oid = p.relid AND f.relkind = 'f')
           AS foreign_partitions,
       row_security_active(c.oid) AS row_security,
       has_table_privilege(c.oid, 'SELECT') AS may_read,
       has_table_privilege(c.oid, 'TRIGGER') AS may_create_trigger,
       has_table_privilege(c.oid, 'SELECT') AND
           (has_table_privilege(c.oid, 'INSERT') OR has_table_privilege(c.oid, 'UPDATE')
            OR has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE')) AS may_lock,
       pg_get_userbyid(c.relowner)::text AS owner,
       coalesce((SELECT array_agg(a.attname::text ORDER BY k.n)
                 FROM pg_index x CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attnum, n)
                 JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = k.attnum
                 WHERE x.indrelid = c.oid AND x.indisprimary), '{}') AS primary_key,
       greatest(c.reltuples, (SELECT sum(greatest(l.reltuples, 0)) FROM pg_partition_tree(c.oid) p
                              JOIN pg_class l ON l.oid = p.relid WHERE p.isleaf), 0)::bigint AS estimated_rows
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2
