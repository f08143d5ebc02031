-- Whether freshet is installed here and whether this is still the database it was installed in. No row: not installed. Of a
-- schema that an older version made, what it does not know is taken for right.
SELECT i.schema_version, i.freshet_version, i.system_identifier,
       (SELECT system_identifier::text FROM pg_control_system()) AS present_system_identifier,
       -- A row keeps the number of the transaction that wrote it; a dump writes it anew.
       coalesce(((to_jsonb(i) ->> 'written_by')::numeric % 4294967296) <> i.xmin::text::numeric, false) AS copied,
       -- No position lies ahead of the server's transactions, unless those were numbered anew.
       EXISTS (SELECT FROM freshet.position p
               WHERE pg_snapshot_xmax(p.snapshot) > pg_snapshot_xmax(pg_current_snapshot())) AS ahead,
       coalesce(to_jsonb(i) ->> 'timeline', '') AS timeline,
       CASE WHEN pg_is_in_recovery() THEN '' ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS present_timeline,
       pg_is_in_recovery() AS standby, current_setting('transaction_read_only')::boolean AS read_only
FROM freshet.installation i
