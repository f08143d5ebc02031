-- What writers need, with the sample's tables in public. Nothing in schema freshet is among it.
GRANT USAGE ON SCHEMA public, sample TO office;
GRANT SELECT, INSERT, UPDATE, DELETE ON
    public.firms, public.projects_projects, public.finance_invoices, public.projects_time_entries,
    public.projects_expenses
TO office;
