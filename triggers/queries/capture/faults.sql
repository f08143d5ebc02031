-- Why changes of sources may go, or may have gone, unnoticed.
SELECT f.source_id, f.source, f.reason, f.object
FROM freshet.capture_faults(ARRAY(SELECT s.id FROM freshet.source s)) AS f
ORDER BY 1, 3, 4
