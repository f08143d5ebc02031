-- Findings about the whole database end for a source when no view over it is broken any more and, after a change of the
-- timeline, when there is nothing left to prove. $1: the sources of which there is.
UPDATE freshet.capture_fault c SET repaired_at = now()
WHERE c.repaired_at IS NULL AND c.reason IN ('restored', 'position_ahead', 'timeline_changed')
  AND NOT (c.reason = 'timeline_changed' AND c.source_id = ANY ($1::integer[]))
  AND NOT EXISTS (SELECT FROM freshet.view_source x JOIN freshet.view v ON v.id = x.view_id
                  WHERE x.source_id = c.source_id AND v.state = 'broken')
