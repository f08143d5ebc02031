-- One row per view. With nothing pending the view equals its query now, so an idle view is never stale. What waits to be
-- folded into a view below is pending for the one above, too.
CREATE OR REPLACE VIEW freshet.status AS
SELECT CASE WHEN v.schema_name = 'public' THEN v.relation_name ELSE v.schema_name || '.' || v.relation_name END
           AS view_name,
       v.strategy,
       v.state,
       a.as_of,
       extract(epoch FROM now() - a.as_of)::double precision AS staleness_seconds,
       c.changes AS pending_changes,
       p.last_refresh_at,
       p.last_status,
       p.last_error,
       coalesce(p.consecutive_failures, 0) AS consecutive_failures,
       proven.as_of AS verified_at,
       last_proof.drift_rows,
       broken.faults AS capture_faults,
       ARRAY(SELECT CASE WHEN b.schema_name = 'public' THEN b.relation_name ELSE b.schema_name || '.' || b.relation_name END
             FROM freshet.reads r JOIN freshet.view b ON b.id = r.below_id
             WHERE r.view_id = v.id AND b.id <> v.id ORDER BY b.id) AS reads
FROM freshet.view v
LEFT JOIN freshet.position p ON p.view_id = v.id AND p.node = 'local'
CROSS JOIN LATERAL (SELECT sum(o.changes)::bigint AS changes, min(o.oldest) AS oldest
                    FROM freshet.reads r CROSS JOIN LATERAL freshet.pending(r.below_id) AS o
                    WHERE r.view_id = v.id) c
CROSS JOIN LATERAL (
    SELECT CASE WHEN v.state <> 'ready' THEN p.as_of
                WHEN c.changes = 0 THEN now()
                ELSE greatest(p.as_of, c.oldest) END AS as_of) a
-- The moment for which all of the view was last found equal to its query, and by how many rows the last proof, if it
-- found an answer, found it to differ.
LEFT JOIN LATERAL (SELECT max(f.as_of) AS as_of FROM freshet.proof f
                   WHERE f.view_id = v.id AND f.tenant IS NULL AND f.outcome = 'exact') AS proven ON true
LEFT JOIN LATERAL (SELECT f.drift_rows FROM freshet.proof f WHERE f.view_id = v.id AND f.outcome <> 'failed'
                   ORDER BY f.ended_at DESC, f.id DESC LIMIT 1) AS last_proof ON true
-- What the daemon's watch over capture finds wrong now.
LEFT JOIN LATERAL (SELECT string_agg(CASE WHEN s.schema_name = 'public' THEN '' ELSE s.schema_name || '.' END || s.table_name
                                     || ': ' || f.reason || CASE WHEN f.object = '' THEN '' ELSE ' (' || f.object || ')' END,
                                     ', ' ORDER BY s.id, f.reason, f.object) AS faults
                   FROM freshet.view_source x JOIN freshet.source s ON s.id = x.source_id
                   JOIN freshet.capture_fault f ON f.source_id = s.id AND f.repaired_at IS NULL
                   WHERE x.view_id = v.id) AS broken ON true
WHERE v.state <> 'building'
   OR NOT EXISTS (SELECT FROM freshet.view other
                  WHERE (other.schema_name, other.relation_name) = (v.schema_name, v.relation_name)
                    AND other.state <> 'building');
COMMENT ON VIEW freshet.status IS 'Freshness and health of every view';
