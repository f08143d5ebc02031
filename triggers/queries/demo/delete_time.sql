-- Someone deletes an entry that was noted twice. $1: a seed.
DELETE FROM public.projects_time_entries
WHERE id = (
    SELECT id FROM public.projects_time_entries
    WHERE id > sample.pick($1::bigint, 140, (SELECT max(id) FROM public.projects_time_entries))
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
