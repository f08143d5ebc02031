-- Revenue and cost per project and month. The three facts are added up with UNION ALL and then joined to their project:
-- joining them to each other would multiply every sum (see ../naive_revenue.sql).
SELECT
    p.firm_id,
    p.id AS project_id,
    p.name AS project_name,
    p.project_code,
    p.client_id,
    f.month,
    COALESCE(SUM(f.revenue), 0) AS total_revenue,
    COALESCE(SUM(f.labor), 0) AS labor_cost,
    COALESCE(SUM(f.expense), 0) AS expense_cost,
    COALESCE(SUM(f.labor), 0) * 0.20 AS overhead_cost,
    COUNT(DISTINCT f.user_id) AS team_members,
    COALESCE(SUM(f.hours), 0) AS total_hours,
    COALESCE(SUM(f.billable), 0) AS billable_hours,
    COUNT(f.invoice_id) AS invoice_count,
    COUNT(f.invoice_id) FILTER (WHERE f.invoice_status = 'paid') AS paid_invoice_count,
    CURRENT_TIMESTAMP AS refreshed_at
FROM (
    SELECT
        i.project_id,
        DATE_TRUNC('month', i.issue_date)::date AS month,
        i.paid_amount AS revenue,
        NULL::numeric AS labor,
        NULL::numeric AS expense,
        NULL::bigint AS user_id,
        NULL::numeric AS hours,
        NULL::numeric AS billable,
        i.id AS invoice_id,
        i.status AS invoice_status
    FROM finance_invoices i
    WHERE i.status IN ('paid', 'partial')
    UNION ALL
    SELECT
        te.project_id,
        DATE_TRUNC('month', te.date)::date,
        NULL,
        te.hours * te.hourly_rate,
        NULL,
        te.user_id,
        te.hours,
        CASE WHEN te.is_billable THEN te.hours ELSE 0 END,
        NULL,
        NULL
    FROM projects_time_entries te
    WHERE te.approved
    UNION ALL
    SELECT
        e.project_id,
        DATE_TRUNC('month', e.date)::date,
        NULL,
        NULL,
        e.amount,
        NULL,
        NULL,
        NULL,
        NULL,
        NULL
    FROM projects_expenses e
    WHERE e.status = 'approved'
) f
JOIN projects_projects p ON p.id = f.project_id
GROUP BY p.firm_id, p.id, p.name, p.project_code, p.client_id, f.month
