-- Returns true once everything transaction xid wrote is visible in the view, false when the time is over.
CREATE OR REPLACE FUNCTION freshet.wait_for(view text, xid xid8, timeout interval) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, freshet, pg_temp AS $freshet$
DECLARE
    deadline timestamptz := clock_timestamp() + timeout;
    wanted integer;
    position_snapshot pg_snapshot;
    source integer;
    unfolded boolean;
    stands_on_others boolean;
BEGIN
    SELECT v.id INTO wanted FROM freshet.view v
    WHERE v.state <> 'building'
      AND wait_for.view IN (v.schema_name || '.' || v.relation_name,
                            CASE WHEN v.schema_name = 'public' THEN v.relation_name END);
    IF wanted IS NULL THEN
        RAISE EXCEPTION 'there is no freshet view %', view
            USING ERRCODE = 'undefined_object', HINT = 'SELECT view_name FROM freshet.status lists them.';
    END IF;
    stands_on_others := EXISTS (SELECT FROM freshet.reads r WHERE r.view_id = wanted AND r.below_id <> wanted);
    LOOP
        SELECT p.snapshot INTO position_snapshot FROM freshet.position p WHERE p.view_id = wanted AND p.node = 'local';
        IF pg_visible_in_snapshot(wait_for.xid, position_snapshot) THEN
            RETURN true;
        END IF;
        -- A transaction that touched none of the view's sources leaves no trace in its position.
        IF pg_visible_in_snapshot(wait_for.xid, pg_current_snapshot()) AND stands_on_others THEN
            -- What it wrote may be on its way, as another transaction's change of a view below.
            SELECT sum(p.changes) > 0 INTO unfolded
            FROM freshet.reads r CROSS JOIN LATERAL freshet.pending(r.below_id) AS p WHERE r.view_id = wanted;
            IF NOT unfolded THEN
                RETURN true;
            END IF;
        ELSIF pg_visible_in_snapshot(wait_for.xid, pg_current_snapshot()) THEN
            SELECT EXISTS (SELECT FROM freshet.marker m JOIN freshet.view_source s ON s.source_id = m.source_id
                           JOIN freshet.view v ON v.id = s.view_id
                           WHERE s.view_id = wanted AND m.xid = wait_for.xid
                             AND (m.kind <> 'touch' OR v.strategy = 'concurrent')) INTO unfolded;
            FOR source IN SELECT s.source_id FROM freshet.view_source s
                          JOIN freshet.view v ON v.id = s.view_id AND v.strategy <> 'concurrent'
                          WHERE s.view_id = wanted AND NOT unfolded LOOP
                EXECUTE format('SELECT EXISTS (SELECT FROM freshet.log_%s WHERE freshet_xid = $1)', source)
                INTO unfolded USING wait_for.xid;
                EXIT WHEN unfolded;
            END LOOP;
            IF NOT unfolded THEN
                RETURN true;
            END IF;
        END IF;
        IF clock_timestamp() >= deadline THEN
            RETURN false;
        END IF;
        PERFORM pg_sleep(least(0.02, greatest(0.001, extract(epoch FROM deadline - clock_timestamp()))));
    END LOOP;
END
$freshet$;
COMMENT ON FUNCTION freshet.wait_for(text, xid8, interval) IS
    'Waits until everything a transaction wrote is visible in a view';
REVOKE ALL ON FUNCTION freshet.wait_for(text, xid8, interval) FROM PUBLIC;
