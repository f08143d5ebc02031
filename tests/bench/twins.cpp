#include "twins.hpp"

namespace freshet::bench {

namespace {

void create_twin(testing::Client& client, const std::string& schema) {
    const auto table = schema + ".projects_time_entries";
    client.exec("CREATE SCHEMA " + schema);
    client.exec("CREATE TABLE " + table + " (LIKE public.projects_time_entries INCLUDING ALL)");
    client.exec("INSERT INTO " + table + " SELECT * FROM public.projects_time_entries");
    client.exec("ALTER TABLE " + table +
                " ADD FOREIGN KEY (project_id) REFERENCES public.projects_projects ON DELETE CASCADE");
    client.exec("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), (SELECT max(id) FROM " + table + "))");
}

}  // namespace

void create_twins(testing::Client& client) {
    create_twin(client, "plain");
    create_twin(client, "notifying");
    client.exec(R"(
        CREATE FUNCTION notifying.ring() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN PERFORM pg_notify('changes', TG_TABLE_NAME); RETURN NULL; END $$;
        CREATE TRIGGER ring AFTER INSERT OR UPDATE OR DELETE ON notifying.projects_time_entries
            FOR EACH STATEMENT EXECUTE FUNCTION notifying.ring();
    )");
    client.exec("VACUUM ANALYZE");
    client.exec("CHECKPOINT");
}

}  // namespace freshet::bench
