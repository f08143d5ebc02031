-- Why changes of sources may go, or may have gone, unnoticed. A witness that differs although nothing did that matters, say
-- because of a new index, is taken anew: until then each refresh compares the whole image.
WITH renewed AS (
    UPDATE freshet.source s SET witness = w.witness
    FROM freshet.capture_witness(ARRAY(SELECT o.id FROM freshet.source o)) AS w
    WHERE w.source_id = s.id AND w.witness IS DISTINCT FROM s.witness AND s.image = freshet.capture_image(w.source_id)
)
SELECT f.source_id, f.source, f.reason, f.object
FROM freshet.capture_faults(ARRAY(SELECT s.id FROM freshet.source s)) AS f
ORDER BY 1, 3, 4
