-- A subcontractor's last month arrives as one file of 300 approved entries. $1: a seed.
INSERT INTO public.projects_time_entries (project_id, user_id, date, hours, hourly_rate, is_billable, approved)
SELECT 1 + sample.pick($1::bigint, 240, p.projects), 1 + sample.pick($1::bigint * 512 + n, 241, p.users),
    (DATE_TRUNC('month', CURRENT_DATE) - interval '1 month')::date + sample.pick($1::bigint * 512 + n, 242, 28)::integer,
    (1 + sample.pick($1::bigint * 512 + n, 243, 32)) * 0.25, 85, true, true
FROM (
    SELECT (SELECT max(id) FROM public.projects_projects) AS projects,
        (SELECT max(user_id) FROM public.projects_time_entries) AS users
) p
CROSS JOIN generate_series(1, 300) n
