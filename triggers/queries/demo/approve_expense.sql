-- An expense is approved. $1: a seed.
UPDATE public.projects_expenses SET status = 'approved'
WHERE id = (
    SELECT id FROM public.projects_expenses
    WHERE status = 'submitted'
      AND id >= (SELECT max(id) FROM public.projects_expenses) - sample.pick($1::bigint, 210, 1000)
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
