-- $1: schema version, $2: freshet version
INSERT INTO freshet.installation (schema_version, freshet_version, system_identifier)
SELECT $1::integer, $2, system_identifier::text FROM pg_control_system()
ON CONFLICT (only_row) DO UPDATE SET schema_version = excluded.schema_version, freshet_version = excluded.freshet_version
