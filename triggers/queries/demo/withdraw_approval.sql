-- An approval was given too early, be it last week or two years ago. $1: a seed.
UPDATE public.projects_time_entries SET approved = false
WHERE id IN (
    SELECT id FROM public.projects_time_entries
    WHERE approved AND id > sample.pick($1::bigint, 120, (SELECT max(id) FROM public.projects_time_entries))
    ORDER BY id
    LIMIT 1 + sample.pick($1::bigint, 121, 3)
    FOR UPDATE SKIP LOCKED
)
