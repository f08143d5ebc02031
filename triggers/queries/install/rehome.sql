-- The positions mean nothing here: every view starts from scratch, and is marked so that it is recomputed. $1: the reason, of
-- capture_fault; $2: the same for people.
WITH moved AS (
    UPDATE freshet.installation
    SET system_identifier = (SELECT system_identifier::text FROM pg_control_system()), written_by = pg_current_xact_id()
), tables AS (
    -- The tables came along under other numbers. Whether their triggers did is the watch over capture's business.
    UPDATE freshet.source s SET relation = c.oid, image = NULL
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = s.schema_name AND c.relname = s.table_name
), faults AS (
    INSERT INTO freshet.capture_fault (source_id, reason, object) SELECT s.id, $1, '' FROM freshet.source s
    ON CONFLICT (source_id, reason, object) WHERE repaired_at IS NULL DO NOTHING
), fresh AS (
    UPDATE freshet.position SET snapshot = pg_current_snapshot(), generation = generation + 1, last_error = $2
)
UPDATE freshet.view SET state = 'broken' WHERE state <> 'building'
RETURNING CASE WHEN schema_name = 'public' THEN relation_name ELSE schema_name || '.' || relation_name END
