-- For each view, the rows that a recomputation reads: what its sources hold, as the planner estimates it.
SELECT s.view_id, coalesce(sum(rows.estimate), 0)::bigint AS rows
FROM (SELECT vs.view_id, t.relation
      FROM freshet.view_source vs
      JOIN freshet.source s ON s.id = vs.source_id
      CROSS JOIN LATERAL (SELECT s.relation UNION SELECT p.relid FROM pg_partition_tree(s.relation) p) AS t(relation)) AS s
JOIN pg_class c ON c.oid = s.relation AND c.relkind IN ('r', 'f')
CROSS JOIN LATERAL (
    -- Tuples for each page of the last ANALYZE, times the pages there are now; without one, 100 bytes to a row.
    SELECT CASE WHEN c.reltuples >= 0 AND c.relpages > 0
                THEN c.reltuples / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::integer)
                ELSE pg_relation_size(c.oid) / 100.0 END AS estimate) AS rows
GROUP BY s.view_id
