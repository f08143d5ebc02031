-- $1: schema version, $2: freshet version
INSERT INTO freshet.installation (schema_version, freshet_version, system_identifier, written_by, timeline)
SELECT $1::integer, $2, system_identifier::text, pg_current_xact_id(), left(pg_walfile_name(pg_current_wal_lsn()), 8)
FROM pg_control_system()
ON CONFLICT (only_row) DO UPDATE SET schema_version = excluded.schema_version, freshet_version = excluded.freshet_version,
    written_by = CASE WHEN installation.written_by IS NULL OR
                           (installation.written_by::text::numeric % 4294967296) = installation.xmin::text::numeric
                      THEN excluded.written_by ELSE installation.written_by END
