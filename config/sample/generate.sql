-- Fills the sample's empty tables: SELECT sample.generate(1), with schema.sql's tables in search_path.
--
-- Scale 1 is three firms with 100 projects, 50 users, three years, 100,000 time entries, 6,000 invoices and 8,000
-- expenses; everything but the firms and the years grows with the scale. The same scale and end date always give the
-- same rows: "random" is a hash of the row's number, and `sort` of numbers keeps independent choices apart. Rows come
-- in the order of their dates, as they would in life.

CREATE SCHEMA IF NOT EXISTS sample;

-- A number from 0 to choices - 1.
CREATE OR REPLACE FUNCTION sample.pick(n bigint, sort bigint, choices bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashint8extended(n, sort) & 9223372036854775807) % choices;

-- The workday number n, counted from 0 at a Monday.
CREATE OR REPLACE FUNCTION sample.workday(monday date, n bigint) RETURNS date
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN monday + (n / 5 * 7 + n % 5)::integer;

CREATE OR REPLACE FUNCTION sample.generate(scale numeric, until date DEFAULT CURRENT_DATE) RETURNS void
LANGUAGE plpgsql
AS $generate$
DECLARE
    projects CONSTANT bigint := GREATEST(3, ROUND(100 * scale));
    users CONSTANT bigint := GREATEST(3, ROUND(50 * scale));
    monday CONSTANT date := DATE_TRUNC('week', until - interval '3 years');
    days CONSTANT bigint := until - monday;  -- the last one is until itself
    workdays CONSTANT bigint := days / 7 * 5 + LEAST(5, days % 7 + 1);
    invoices CONSTANT bigint := ROUND(6000 * scale);
    entries CONSTANT bigint := ROUND(100000 * scale);
    expenses CONSTANT bigint := ROUND(8000 * scale);
    table_name text;
    foreign_key record;
BEGIN
    IF EXISTS (SELECT FROM firms) OR EXISTS (SELECT FROM finance_invoices) THEN
        RAISE EXCEPTION 'cannot generate the sample: its tables are not empty'
            USING HINT = 'generate into a new database, or truncate firms with CASCADE first';
    END IF;

    INSERT INTO firms (id, name, timezone) VALUES
        (1, 'Harbour & Finch', 'Europe/Berlin'),
        (2, 'Calder Partners', 'America/New_York'),
        (3, 'Mirai Works', 'Asia/Tokyo');

    INSERT INTO projects_projects (id, firm_id, client_id, name, project_code)
    SELECT n, 1 + (n - 1) % 3, 1 + (n - 1) % 3 + 3 * sample.pick(n, 1, 1 + projects / 9),
        (ARRAY['Audit', 'Website', 'Migration', 'Due diligence', 'Training', 'Redesign', 'Support'])
            [1 + sample.pick(n, 2, 7)] || ' ' || n,
        'P-' || LPAD(n::text, 5, '0')
    FROM generate_series(1, projects) n;

    -- An invoice in 25 has no project. Old invoices are mostly paid, recent ones mostly open.
    INSERT INTO finance_invoices (id, project_id, client_id, status, issue_date, paid_date, total_amount, paid_amount)
    SELECT i.n, p.id, COALESCE(p.client_id, 1 + sample.pick(i.n, 11, 3 + projects / 3)), i.status, i.issue_date,
        CASE WHEN i.status IN ('paid', 'partial')
             THEN LEAST(until, i.issue_date + 5 + sample.pick(i.n, 12, 40)::integer) END,
        i.total,
        CASE i.status WHEN 'paid' THEN i.total
                      WHEN 'partial' THEN ROUND(i.total * (10 + sample.pick(i.n, 13, 80)) / 100, 2) END
    FROM (
        SELECT d.n, d.project, d.issue_date, (50000 + sample.pick(d.n, 14, 1950000)) / 100.0 AS total,
            CASE WHEN until - d.issue_date > 60
                 THEN CASE WHEN d.percent < 82 THEN 'paid' WHEN d.percent < 88 THEN 'partial'
                           WHEN d.percent < 94 THEN 'sent' WHEN d.percent < 98 THEN 'void' ELSE 'draft' END
                 ELSE CASE WHEN d.percent < 18 THEN 'paid' WHEN d.percent < 28 THEN 'partial'
                           WHEN d.percent < 78 THEN 'sent' WHEN d.percent < 80 THEN 'void' ELSE 'draft' END
            END AS status
        FROM (
            SELECT n, sample.workday(monday, (n - 1) * workdays / invoices) AS issue_date,
                sample.pick(n, 16, 100) AS percent,
                CASE WHEN sample.pick(n, 17, 25) > 0 THEN 1 + sample.pick(n, 18, projects) END AS project
            FROM generate_series(1, invoices) n
        ) d
    ) i
    LEFT JOIN projects_projects p ON p.id = i.project;

    -- A user works for one firm, each quarter on at most four of its projects, and earns three percent more each year.
    -- The last two weeks are mostly not approved yet. The foreign key is checked once for all rows, not for each of
    -- them: that halves the time.
    SELECT conname, pg_get_constraintdef(oid) AS definition INTO STRICT foreign_key
    FROM pg_constraint WHERE conrelid = 'projects_time_entries'::regclass AND contype = 'f';
    EXECUTE FORMAT('ALTER TABLE projects_time_entries DROP CONSTRAINT %I', foreign_key.conname);

    INSERT INTO projects_time_entries
        (id, project_id, task_id, user_id, date, hours, hourly_rate, is_billable, approved)
    SELECT e.n, e.project, CASE WHEN sample.pick(e.n, 21, 100) >= 15 THEN e.project * 20 + sample.pick(e.n, 22, 20) END,
        e.person, e.day, (1 + sample.pick(e.n, 23, 22)) * 0.25,
        ROUND((50 + 5 * sample.pick(e.person, 24, 31)) * (1 + 0.03 * (e.workday / 260)), 2),
        sample.pick(e.n, 25, 100) < 75,
        sample.pick(e.n, 26, 100) < CASE WHEN until - e.day > 14 THEN 92 ELSE 40 END
    FROM (
        SELECT w.n, w.person, w.workday, sample.workday(monday, w.workday) AS day,
            1 + (w.person - 1) % 3
            + 3 * sample.pick(w.person * 1000 + w.workday / 65 * 4 + sample.pick(w.n, 27, 4), 28,
                              (projects - 1 - (w.person - 1) % 3) / 3 + 1) AS project
        FROM (
            SELECT n, 1 + sample.pick(n, 29, users) AS person, (n - 1) * workdays / entries AS workday
            FROM generate_series(1, entries) n
        ) w
    ) e;

    EXECUTE FORMAT('ALTER TABLE projects_time_entries ADD CONSTRAINT %I %s',
                   foreign_key.conname, foreign_key.definition);

    INSERT INTO projects_expenses (id, project_id, date, amount, status)
    SELECT n, 1 + sample.pick(n, 41, projects), sample.workday(monday, (n - 1) * workdays / expenses),
        (500 + sample.pick(n, 43, 99500)) / 100.0,
        CASE WHEN percent < 75 THEN 'approved' WHEN percent < 87 THEN 'submitted'
             WHEN percent < 95 THEN 'rejected' ELSE 'draft' END
    FROM generate_series(1, expenses) n
    CROSS JOIN LATERAL (SELECT sample.pick(n, 44, 100) AS percent) s;

    FOREACH table_name IN ARRAY
        ARRAY['firms', 'projects_projects', 'finance_invoices', 'projects_time_entries', 'projects_expenses']
    LOOP
        EXECUTE FORMAT('SELECT setval(pg_get_serial_sequence(%L, ''id''), MAX(id) + 1, false)'
                       ' FROM %I HAVING MAX(id) > 0', table_name, table_name);
        EXECUTE FORMAT('ANALYZE %I', table_name);
    END LOOP;
END
$generate$;
