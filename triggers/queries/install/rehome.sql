-- The positions are of another cluster: every view starts from scratch, and is marked so that it is recomputed.
WITH moved AS (
    UPDATE freshet.installation SET system_identifier = (SELECT system_identifier::text FROM pg_control_system())
), tables AS (
    -- The tables came along under other numbers. Whether their triggers did is the watch over capture's business.
    UPDATE freshet.source s SET relation = c.oid, image = NULL
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = s.schema_name AND c.relname = s.table_name
), fresh AS (
    UPDATE freshet.position SET snapshot = pg_current_snapshot(), generation = generation + 1,
        last_error = 'restored from another cluster'
)
UPDATE freshet.view SET state = 'broken' WHERE state <> 'building'
RETURNING CASE WHEN schema_name = 'public' THEN relation_name ELSE schema_name || '.' || relation_name END
