 SELECT p.firm_id,
    p.id AS project_id,
    p.name AS project_name,
    p.project_code,
    p.client_id,
    f.month,
    COALESCE(sum(f.revenue), (0)::numeric) AS total_revenue,
    COALESCE(sum(f.labor), (0)::numeric) AS labor_cost,
    COALESCE(sum(f.expense), (0)::numeric) AS expense_cost,
    (COALESCE(sum(f.labor), (0)::numeric) * 0.20) AS overhead_cost,
    count(DISTINCT f.user_id) AS team_members,
    COALESCE(sum(f.hours), (0)::numeric) AS total_hours,
    COALESCE(sum(f.billable), (0)::numeric) AS billable_hours,
    count(f.invoice_id) AS invoice_count,
    count(f.invoice_id) FILTER (WHERE (f.invoice_status = 'paid'::text)) AS paid_invoice_count,
    CURRENT_TIMESTAMP AS refreshed_at
   FROM (( SELECT i.project_id,
            (date_trunc('month'::text, (i.issue_date)::timestamp with time zone))::date AS month,
            i.paid_amount AS revenue,
            NULL::numeric AS labor,
            NULL::numeric AS expense,
            NULL::bigint AS user_id,
            NULL::numeric AS hours,
            NULL::numeric AS billable,
            i.id AS invoice_id,
            i.status AS invoice_status
           FROM public.finance_invoices i
          WHERE (i.status = ANY (ARRAY['paid'::text, 'partial'::text]))
        UNION ALL
         SELECT te.project_id,
            (date_trunc('month'::text, (te.date)::timestamp with time zone))::date AS date_trunc,
            NULL::numeric,
            (te.hours * te.hourly_rate),
            NULL::numeric,
            te.user_id,
            te.hours,
                CASE
                    WHEN te.is_billable THEN te.hours
                    ELSE (0)::numeric
                END AS "case",
            NULL::bigint,
            NULL::text
           FROM public.projects_time_entries te
          WHERE te.approved
        UNION ALL
         SELECT e.project_id,
            (date_trunc('month'::text, (e.date)::timestamp with time zone))::date AS date_trunc,
            NULL::numeric,
            NULL::numeric,
            e.amount,
            NULL::bigint,
            NULL::numeric,
            NULL::numeric,
            NULL::bigint,
            NULL::text
           FROM public.projects_expenses e
          WHERE (e.status = 'approved'::text)) f
     JOIN public.projects_projects p ON ((p.id = f.project_id)))
  GROUP BY p.firm_id, p.id, p.name, p.project_code, p.client_id, f.month
