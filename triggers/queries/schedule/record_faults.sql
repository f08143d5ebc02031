-- What the watch over capture finds now ($1: an array of [{"source_id", "reason", "object"}]): what is new is written down,
-- what is no longer there is marked as repaired. What concerns the whole database ends in its own way (close_faults.sql).
WITH found AS (
    SELECT f.source_id, f.reason, f.object FROM jsonb_to_recordset($1::jsonb) AS f(source_id integer, reason text, object text)
), repaired AS (
    UPDATE freshet.capture_fault c SET repaired_at = now()
    WHERE c.repaired_at IS NULL AND c.reason NOT IN ('restored', 'position_ahead', 'timeline_changed')
      AND NOT EXISTS (SELECT FROM found f WHERE (f.source_id, f.reason, f.object) = (c.source_id, c.reason, c.object))
)
INSERT INTO freshet.capture_fault (source_id, reason, object)
SELECT f.source_id, f.reason, f.object FROM found f JOIN freshet.source s ON s.id = f.source_id
ON CONFLICT (source_id, reason, object) WHERE repaired_at IS NULL DO NOTHING
