-- Someone corrects an entry: other hours, and now and then another day or not billable after all. $1: a seed.
UPDATE public.projects_time_entries
SET hours = (1 + sample.pick($1::bigint, 131, 22)) * 0.25,
    date = date - CASE WHEN sample.pick($1::bigint, 132, 10) = 0 THEN 7 ELSE 0 END,
    is_billable = is_billable <> (sample.pick($1::bigint, 133, 5) = 0)
WHERE id = (
    SELECT id FROM public.projects_time_entries
    WHERE id >= (SELECT max(id) FROM public.projects_time_entries) - sample.pick($1::bigint, 130, 20000)
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
