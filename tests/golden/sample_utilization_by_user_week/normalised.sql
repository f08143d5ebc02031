 SELECT p.firm_id,
    te.user_id,
    (date_trunc('week'::text, (te.date)::timestamp with time zone))::date AS week_start,
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
    count(DISTINCT te.project_id) AS projects_worked,
    count(DISTINCT te.date) AS days_worked,
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
  GROUP BY p.firm_id, te.user_id, ((date_trunc('week'::text, (te.date)::timestamp with time zone))::date)
