-- What the newest refreshes of each whole view took, oldest first: whether it was recomputed, how many rows its sources
-- had then or else how many changes were folded, and the seconds. A row of the log that stands for several refreshes
-- counts as their mean.
SELECT v.id AS view_id, l.whole, l.size, l.seconds
FROM freshet.view v
CROSS JOIN LATERAL (
    SELECT r.id, r.strategy = 'reconcile' AS whole,
           CASE WHEN r.strategy = 'reconcile' THEN r.source_rows
                ELSE (r.changes_applied / r.refresh_count)::bigint END AS size,
           r.actual_seconds / r.refresh_count AS seconds
    FROM freshet.refresh_log r
    WHERE r.view_name = CASE WHEN v.schema_name = 'public' THEN v.relation_name
                             ELSE v.schema_name || '.' || v.relation_name END
      AND r.refresh_status = 'success' AND r.firm_id IS NULL AND r.actual_seconds > 0
      AND (r.source_rows IS NOT NULL OR r.strategy <> 'reconcile') AND (r.changes_applied > 0 OR r.strategy = 'reconcile')
      AND r.strategy IN ('delta', 'partial', 'reconcile')
    ORDER BY r.refresh_started_at DESC, r.id DESC LIMIT 40) AS l
WHERE v.state <> 'building'
ORDER BY v.id, l.id
