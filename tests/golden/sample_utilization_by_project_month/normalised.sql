 SELECT p.firm_id,
    p.id AS project_id,
    p.name AS project_name,
    p.project_code,
    p.client_id,
    (date_trunc('month'::text, (te.date)::timestamp with time zone))::date AS month,
    sum(te.hours) AS total_hours,
    sum(
        CASE
            WHEN te.is_billable THEN te.hours
            ELSE (0)::numeric
        END) AS billable_hours,
    sum(
        CASE
            WHEN te.is_billable THEN (0)::numeric
            ELSE te.hours
        END) AS non_billable_hours,
    count(DISTINCT te.user_id) AS team_members,
    count(DISTINCT te.date) AS days_worked,
    count(DISTINCT te.task_id) AS tasks_worked,
    sum((te.hours * te.hourly_rate)) AS total_cost,
    sum(
        CASE
            WHEN te.is_billable THEN (te.hours * te.hourly_rate)
            ELSE (0)::numeric
        END) AS billable_cost,
    CURRENT_TIMESTAMP AS refreshed_at
   FROM (public.projects_time_entries te
     JOIN public.projects_projects p ON ((te.project_id = p.id)))
  WHERE te.approved
  GROUP BY p.firm_id, p.id, p.name, p.project_code, p.client_id, ((date_trunc('month'::text, (te.date)::timestamp with time zone))::date)
