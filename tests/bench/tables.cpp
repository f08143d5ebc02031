#include "tables.hpp"

namespace freshet::bench {

namespace {

void create_alike(testing::Client& client, const std::string& schema) {
    const auto table = schema + ".projects_time_entries";
    client.exec("CREATE SCHEMA " + schema);
    client.exec("CREATE TABLE " + table + " (LIKE public.projects_time_entries INCLUDING ALL)");
    client.exec("INSERT INTO " + table + " SELECT * FROM public.projects_time_entries");
    client.exec("ALTER TABLE " + table +
                " ADD FOREIGN KEY (project_id) REFERENCES public.projects_projects ON DELETE CASCADE");
    client.exec("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), 2 * (SELECT max(id) FROM " + table +
                "))");
}

constexpr const char* ring = R"(
    CREATE FUNCTION notifying.ring() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN PERFORM pg_notify('changes', TG_TABLE_NAME); RETURN NULL; END $$;
    CREATE TRIGGER ring AFTER INSERT OR UPDATE OR DELETE ON notifying.projects_time_entries
        FOR EACH STATEMENT EXECUTE FUNCTION notifying.ring();
)";

// Groups are written in the order of their keys, so that writers do not deadlock.
constexpr const char* sums = R"(
    CREATE TABLE summing.user_week (firm_id bigint, user_id bigint, week date, n bigint, hours numeric, billable numeric,
                                    cost numeric, PRIMARY KEY (firm_id, user_id, week)) WITH (fillfactor = 80);
    CREATE TABLE summing.project_month (project_id bigint, month date, n bigint, hours numeric, billable numeric,
                                        cost numeric, PRIMARY KEY (project_id, month)) WITH (fillfactor = 80);
    CREATE TABLE summing.revenue (LIKE summing.project_month INCLUDING ALL) WITH (fillfactor = 80);
    CREATE FUNCTION summing.fold() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        INSERT INTO summing.user_week AS t
        SELECT p.firm_id, d.user_id, date_trunc('week', d.date)::date, sum(d.sign), sum(d.sign * d.hours),
            sum(d.sign * CASE WHEN d.is_billable THEN d.hours ELSE 0 END), sum(d.sign * d.hours * d.hourly_rate)
        FROM changed AS d JOIN public.projects_projects p ON p.id = d.project_id WHERE d.approved
        GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
        ON CONFLICT (firm_id, user_id, week) DO UPDATE SET n = t.n + excluded.n, hours = t.hours + excluded.hours,
            billable = t.billable + excluded.billable, cost = t.cost + excluded.cost;
        INSERT INTO summing.project_month AS t
        SELECT d.project_id, date_trunc('month', d.date)::date, sum(d.sign), sum(d.sign * d.hours),
            sum(d.sign * CASE WHEN d.is_billable THEN d.hours ELSE 0 END), sum(d.sign * d.hours * d.hourly_rate)
        FROM changed AS d WHERE d.approved GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (project_id, month) DO UPDATE SET n = t.n + excluded.n, hours = t.hours + excluded.hours,
            billable = t.billable + excluded.billable, cost = t.cost + excluded.cost;
        INSERT INTO summing.revenue AS t
        SELECT d.project_id, date_trunc('month', d.date)::date, sum(d.sign), sum(d.sign * d.hours),
            sum(d.sign * CASE WHEN d.is_billable THEN d.hours ELSE 0 END), sum(d.sign * d.hours * d.hourly_rate)
        FROM changed AS d WHERE d.approved GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (project_id, month) DO UPDATE SET n = t.n + excluded.n, hours = t.hours + excluded.hours,
            billable = t.billable + excluded.billable, cost = t.cost + excluded.cost;
        RETURN NULL;
    END $$;
)";

// One function for each operation, for each has transition tables of its own.
void create_summing_trigger(testing::Client& client, const std::string& operation, const std::string& transitions,
                            const std::string& changed) {
    auto text = client.scalar("SELECT prosrc FROM pg_proc WHERE oid = 'summing.fold'::regproc");
    const std::string from = "FROM changed AS d";
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        text.replace(at, from.size(), "FROM (" + changed + ") AS d");
    }
    client.exec("CREATE FUNCTION summing.on_" + operation + "() RETURNS trigger LANGUAGE plpgsql AS $f$" + text +
                "$f$");
    client.exec("CREATE TRIGGER fold_" + operation + " AFTER " + operation + " ON " + summing_table + " REFERENCING " +
                transitions + " FOR EACH STATEMENT EXECUTE FUNCTION summing.on_" + operation + "()");
}

}  // namespace

void create_tables_alike(testing::Client& client) {
    for (const auto* schema : {"plain", "notifying", "summing"}) create_alike(client, schema);
    client.exec(ring);
    client.exec(sums);
    const std::string added = "SELECT 1 AS sign, * FROM added";
    const std::string gone = "SELECT -1 AS sign, * FROM gone";
    create_summing_trigger(client, "insert", "NEW TABLE AS added", added);
    create_summing_trigger(client, "delete", "OLD TABLE AS gone", gone);
    create_summing_trigger(client, "update", "OLD TABLE AS gone NEW TABLE AS added", added + " UNION ALL " + gone);
    client.exec("VACUUM ANALYZE");
    client.exec("CHECKPOINT");
}

}  // namespace freshet::bench
