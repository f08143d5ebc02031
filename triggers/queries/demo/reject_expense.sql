-- An expense is rejected, perhaps after it was approved. $1: a seed.
UPDATE public.projects_expenses SET status = 'rejected'
WHERE id = (
    SELECT id FROM public.projects_expenses
    WHERE status IN ('submitted', 'approved')
      AND id >= (SELECT max(id) FROM public.projects_expenses) - sample.pick($1::bigint, 220, 1000)
    ORDER BY id
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)
