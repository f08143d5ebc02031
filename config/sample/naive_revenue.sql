-- The report that mv_revenue_by_project_month replaces, kept to show what was wrong with it. Do not use it.
--
-- It joins three facts in one FROM, so within a project and month every invoice meets every time entry and every
-- expense: each sum is multiplied by the row counts of the other two tables. Months without an invoice are missing too.
SELECT
    p.firm_id,
    p.id AS project_id,
    p.name AS project_name,
    p.project_code,
    p.client_id,
    DATE_TRUNC('month', i.issue_date)::date AS month,
    COALESCE(SUM(i.paid_amount), 0) AS total_revenue,
    COALESCE(SUM(te.hours * te.hourly_rate), 0) AS labor_cost,
    COALESCE(SUM(e.amount), 0) AS expense_cost,
    COALESCE(SUM(te.hours * te.hourly_rate), 0) * 0.20 AS overhead_cost,
    COUNT(DISTINCT te.user_id) AS team_members,
    COALESCE(SUM(te.hours), 0) AS total_hours,
    COALESCE(SUM(CASE WHEN te.is_billable THEN te.hours ELSE 0 END), 0) AS billable_hours,
    COUNT(DISTINCT i.id) AS invoice_count,
    COUNT(DISTINCT CASE WHEN i.status = 'paid' THEN i.id END) AS paid_invoice_count,
    CURRENT_TIMESTAMP AS refreshed_at
FROM projects_projects p
JOIN finance_invoices i
    ON i.project_id = p.id AND i.status IN ('paid', 'partial')
LEFT JOIN projects_time_entries te
    ON te.project_id = p.id AND te.approved
    AND DATE_TRUNC('month', te.date) = DATE_TRUNC('month', i.issue_date)
LEFT JOIN projects_expenses e
    ON e.project_id = p.id AND e.status = 'approved'
    AND DATE_TRUNC('month', e.date) = DATE_TRUNC('month', i.issue_date)
GROUP BY p.firm_id, p.id, p.name, p.project_code, p.client_id, DATE_TRUNC('month', i.issue_date)::date
