-- An invoice is drafted; one in 25 belongs to no project. $1: a seed.
INSERT INTO public.finance_invoices (project_id, client_id, status, issue_date, total_amount)
SELECT CASE WHEN sample.pick($1::bigint, 151, 25) > 0 THEN p.id END, p.client_id, 'draft', CURRENT_DATE,
    (50000 + sample.pick($1::bigint, 152, 1950000)) / 100.0
FROM public.projects_projects p
WHERE p.id = 1 + sample.pick($1::bigint, 150, (SELECT max(id) FROM public.projects_projects))
