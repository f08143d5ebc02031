-- Someone hands in an expense of the last month. $1: a seed.
INSERT INTO public.projects_expenses (project_id, date, amount, status)
SELECT 1 + sample.pick($1::bigint, 200, max(id)), CURRENT_DATE - sample.pick($1::bigint, 201, 30)::integer,
    (500 + sample.pick($1::bigint, 202, 99500)) / 100.0, 'submitted'
FROM public.projects_projects
