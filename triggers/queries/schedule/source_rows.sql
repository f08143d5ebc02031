-- For each view, the rows that a recomputation reads (what its sources hold, as the planner estimates it), and whether
-- it is being filled for the first time, or anew because it was broken. While a changed definition is built beside the
-- view in place, the name has two generations: the one being built comes last.
SELECT v.id AS view_id, coalesce(sum(rows.estimate), 0)::bigint AS rows,
       CASE WHEN v.schema_name = 'public' THEN v.relation_name ELSE v.schema_name || '.' || v.relation_name END AS name,
       v.state <> 'ready' AS filling
FROM freshet.view v
JOIN (SELECT vs.view_id, t.relation
      FROM freshet.view_source vs
      JOIN freshet.source s ON s.id = vs.source_id
      CROSS JOIN LATERAL (SELECT s.relation UNION SELECT p.relid FROM pg_partition_tree(s.relation) p) AS t(relation)) AS s
  ON s.view_id = v.id
JOIN pg_class c ON c.oid = s.relation AND c.relkind IN ('r', 'f')
CROSS JOIN LATERAL (
    -- Tuples for each page of the last ANALYZE, times the pages there are now; without one, 100 bytes to a row.
    SELECT CASE WHEN c.reltuples >= 0 AND c.relpages > 0
                THEN c.reltuples / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::integer)
                ELSE pg_relation_size(c.oid) / 100.0 END AS estimate) AS rows
GROUP BY v.id
ORDER BY v.state = 'building', v.id
