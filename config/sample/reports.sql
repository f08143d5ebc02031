-- What readers derive from the reports: margins, rates and the age of each row. Plain views over the public relations,
-- so run this after `freshetd install`. A division by zero gives 0, as the existing API does.
--
-- data_age_minutes counts from the moment the row was last written; whether a view is up to date says freshet.status.

CREATE OR REPLACE VIEW report_revenue_by_project_month AS
SELECT
    r.*,
    r.total_revenue - r.labor_cost AS gross_margin,
    r.total_revenue - r.labor_cost - r.expense_cost - r.overhead_cost AS net_margin,
    COALESCE(ROUND(100 * (r.total_revenue - r.labor_cost) / NULLIF(r.total_revenue, 0), 2), 0) AS gross_margin_percent,
    COALESCE(ROUND(100 * (r.total_revenue - r.labor_cost - r.expense_cost - r.overhead_cost)
                   / NULLIF(r.total_revenue, 0), 2), 0) AS net_margin_percent,
    FLOOR(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP - r.refreshed_at) / 60)::bigint AS data_age_minutes
FROM mv_revenue_by_project_month r;

CREATE OR REPLACE VIEW report_utilization_by_user_week AS
SELECT
    u.*,
    COALESCE(ROUND(u.billable_hours / NULLIF(u.total_hours, 0), 4), 0) AS utilization_rate,
    ROUND(u.total_hours / 40, 4) AS capacity_utilization,
    FLOOR(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP - u.refreshed_at) / 60)::bigint AS data_age_minutes
FROM mv_utilization_by_user_week u;

CREATE OR REPLACE VIEW report_utilization_by_project_month AS
SELECT
    u.*,
    COALESCE(ROUND(u.billable_hours / NULLIF(u.total_hours, 0), 4), 0) AS utilization_rate,
    FLOOR(EXTRACT(EPOCH FROM CURRENT_TIMESTAMP - u.refreshed_at) / 60)::bigint AS data_age_minutes
FROM mv_utilization_by_project_month u;
