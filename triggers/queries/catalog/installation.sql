-- Whether freshet is installed here and whether this is still the cluster it was installed on. No row: not installed.
SELECT i.schema_version, i.freshet_version, i.system_identifier,
       (SELECT system_identifier::text FROM pg_control_system()) AS present_system_identifier
FROM freshet.installation i
