-- Every log table with its size, its slot, and whether writers use that slot now.
SELECT c.relname::text AS name, right(c.relname, 1) AS slot, pg_total_relation_size(c.oid) AS bytes,
       pg_relation_size(c.oid) AS heap_bytes,
       right(c.relname, 1) = (d.last_value & 1)::text AS in_use,
       coalesce(CASE WHEN s.schema_name = 'public' THEN s.table_name ELSE s.schema_name || '.' || s.table_name END, '')
           AS source,
       coalesce(s.id, 0) AS source_id
FROM freshet.doorbell d
JOIN pg_class c ON c.relnamespace = 'freshet'::regnamespace AND c.relkind = 'r'
              AND c.relname ~ '^(log_[0-9]+|marker)_[01]$'
LEFT JOIN freshet.source s ON c.relname ~ ('^log_' || s.id || '_[01]$')
ORDER BY 1
