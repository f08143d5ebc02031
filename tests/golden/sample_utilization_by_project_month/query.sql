-- What was worked on each project in each month: approved time entries.
SELECT
    p.firm_id,
    p.id AS project_id,
    p.name AS project_name,
    p.project_code,
    p.client_id,
    DATE_TRUNC('month', te.date)::date AS month,
    SUM(te.hours) AS total_hours,
    SUM(CASE WHEN te.is_billable THEN te.hours ELSE 0 END) AS billable_hours,
    SUM(CASE WHEN te.is_billable THEN 0 ELSE te.hours END) AS non_billable_hours,
    COUNT(DISTINCT te.user_id) AS team_members,
    COUNT(DISTINCT te.date) AS days_worked,
    COUNT(DISTINCT te.task_id) AS tasks_worked,
    SUM(te.hours * te.hourly_rate) AS total_cost,
    SUM(CASE WHEN te.is_billable THEN te.hours * te.hourly_rate ELSE 0 END) AS billable_cost,
    CURRENT_TIMESTAMP AS refreshed_at
FROM projects_time_entries te
JOIN projects_projects p ON te.project_id = p.id
WHERE te.approved
GROUP BY p.firm_id, p.id, p.name, p.project_code, p.client_id, DATE_TRUNC('month', te.date)::date
