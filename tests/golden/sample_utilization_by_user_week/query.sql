-- What each user worked in each week: approved time entries, under the firm of their project.
SELECT
    p.firm_id,
    te.user_id,
    DATE_TRUNC('week', te.date)::date AS week_start,
    SUM(te.hours) AS total_hours,
    SUM(CASE WHEN te.is_billable THEN te.hours ELSE 0 END) AS billable_hours,
    SUM(CASE WHEN te.is_billable THEN 0 ELSE te.hours END) AS non_billable_hours,
    COUNT(DISTINCT te.project_id) AS projects_worked,
    COUNT(DISTINCT te.date) AS days_worked,
    SUM(te.hours * te.hourly_rate) AS total_cost,
    SUM(CASE WHEN te.is_billable THEN te.hours * te.hourly_rate ELSE 0 END) AS billable_cost,
    CURRENT_TIMESTAMP AS refreshed_at
FROM projects_time_entries te
JOIN projects_projects p ON te.project_id = p.id
WHERE te.approved
GROUP BY p.firm_id, te.user_id, DATE_TRUNC('week', te.date)::date
