NOT EXISTS (SELECT FROM freshet.source s
            JOIN freshet.capture_witness(ARRAY(SELECT o.id FROM freshet.source o)) AS w ON w.source_id = s.id
            WHERE s.operations <> '{}' AND (w.witness IS NULL OR w.witness IS DISTINCT FROM s.witness)) AS intact,
(SELECT sum(pg_stat_get_tuples_inserted(t.relid) + pg_stat_get_tuples_updated(t.relid) + pg_stat_get_tuples_deleted(t.relid))
 FROM freshet.source s CROSS JOIN LATERAL pg_partition_tree(s.relation) AS t)::bigint AS written
