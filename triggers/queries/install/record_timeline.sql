-- The server goes on in another timeline than when it was last looked at.
WITH moved AS (
    UPDATE freshet.installation
    SET timeline = left(pg_walfile_name(pg_current_wal_lsn()), 8), written_by = pg_current_xact_id()
)
INSERT INTO freshet.capture_fault (source_id, reason, object) SELECT s.id, 'timeline_changed', '' FROM freshet.source s
ON CONFLICT (source_id, reason, object) WHERE repaired_at IS NULL DO NOTHING
