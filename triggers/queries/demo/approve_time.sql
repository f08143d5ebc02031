-- A manager approves up to ten entries, mostly recent ones. $1: a seed.
UPDATE public.projects_time_entries SET approved = true
WHERE id IN (
    SELECT id FROM public.projects_time_entries
    WHERE NOT approved
      AND id >= (SELECT max(id) FROM public.projects_time_entries) - sample.pick($1::bigint, 110, 4000)
    ORDER BY id
    LIMIT 1 + sample.pick($1::bigint, 111, 10)
    FOR UPDATE SKIP LOCKED
)
