-- The same of some sources ($1: their ids), without partitions of which nothing can have been missed.
SELECT f.source_id, f.source, f.reason, f.object
FROM freshet.capture_faults($1::integer[]) AS f
WHERE f.reason <> 'partition_new'
ORDER BY 1, 3, 4
