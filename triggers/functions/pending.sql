-- Committed changes that are not folded into a view yet: how many, and when the first of their transactions began.
CREATE OR REPLACE FUNCTION freshet.pending(view_id integer, OUT changes bigint, OUT oldest timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, freshet, pg_temp AS $freshet$
DECLARE
    position_snapshot pg_snapshot;
    view_strategy text;
    source integer;
    found_changes bigint;
    found_oldest timestamptz;
BEGIN
    SELECT p.snapshot, v.strategy INTO position_snapshot, view_strategy
    FROM freshet.view v LEFT JOIN freshet.position p ON p.view_id = v.id AND p.node = 'local'
    WHERE v.id = pending.view_id;
    IF position_snapshot IS NULL THEN
        RETURN;
    END IF;
    SELECT count(*), min(m.at) INTO changes, oldest
    FROM freshet.marker m JOIN freshet.view_source s ON s.source_id = m.source_id AND s.view_id = pending.view_id
    WHERE m.xid >= pg_snapshot_xmin(position_snapshot) AND NOT pg_visible_in_snapshot(m.xid, position_snapshot)
      AND (m.kind <> 'touch' OR view_strategy = 'concurrent');
    IF view_strategy <> 'concurrent' THEN
        FOR source IN SELECT s.source_id FROM freshet.view_source s WHERE s.view_id = pending.view_id LOOP
            EXECUTE format('SELECT count(*), min(freshet_at) FROM freshet.log_%s
                WHERE freshet_xid >= pg_snapshot_xmin($1) AND NOT pg_visible_in_snapshot(freshet_xid, $1)', source)
            INTO found_changes, found_oldest USING position_snapshot;
            changes := changes + found_changes;
            oldest := least(oldest, found_oldest);
        END LOOP;
    END IF;
END
$freshet$;
COMMENT ON FUNCTION freshet.pending(integer) IS 'Committed changes not yet folded into a view';
REVOKE ALL ON FUNCTION freshet.pending(integer) FROM PUBLIC;
