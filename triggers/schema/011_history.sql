-- What tells that this database is not what it was: rows that a restored dump wrote have another transaction's number than
-- they name, and a server that was recovered to a point in time or promoted goes on in another timeline.
ALTER TABLE freshet.installation
    ADD COLUMN written_by xid8,
    ADD COLUMN timeline   text NOT NULL DEFAULT '';
UPDATE freshet.installation
SET written_by = pg_current_xact_id(), timeline = left(pg_walfile_name(pg_current_wal_lsn()), 8);
