-- Someone notes up to four entries of the last two weeks, on one of their own firm's projects. $1: a seed.
INSERT INTO public.projects_time_entries
    (project_id, task_id, user_id, date, hours, hourly_rate, is_billable)
SELECT w.project, CASE WHEN sample.pick(w.seed, 103, 100) >= 15 THEN w.project * 20 + sample.pick(w.seed, 104, 20) END,
    w.person, CURRENT_DATE - sample.pick(w.seed, 105, 14)::integer, (1 + sample.pick(w.seed, 106, 22)) * 0.25,
    60 + 5 * sample.pick(w.person, 107, 31), sample.pick(w.seed, 108, 100) < 75
FROM (
    SELECT $1::bigint * 4 + n AS seed, u.person,
        1 + (u.person - 1) % 3 + 3 * sample.pick($1::bigint * 4 + n, 102, (u.projects - 1 - (u.person - 1) % 3) / 3 + 1)
            AS project
    FROM (
        SELECT 1 + sample.pick($1::bigint, 101, (SELECT max(user_id) FROM public.projects_time_entries)) AS person,
            (SELECT max(id) FROM public.projects_projects) AS projects
    ) u
    CROSS JOIN generate_series(0, sample.pick($1::bigint, 100, 4)) n
) w
