-- Lets go of a source, so that its owner can do with it what a guard refuses: drop or retype a column that views read. In one
-- transaction with that ALTER TABLE; freshetd install takes the source up again. Views over it are broken until then.
CREATE OR REPLACE FUNCTION freshet.release(source regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, freshet, pg_temp AS $freshet$
DECLARE
    released integer;
    object record;
BEGIN
    SELECT s.id INTO released FROM freshet.source s WHERE s.relation = release.source;
    IF released IS NULL THEN
        RAISE EXCEPTION 'no freshet view reads table %', release.source USING ERRCODE = 'undefined_object';
    END IF;
    FOR object IN
        SELECT p.oid::regprocedure AS name FROM pg_proc p
        WHERE p.pronamespace = 'freshet'::regnamespace AND p.proname ~ ('^capture_' || released || '_[a-z]+$')
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', object.name);
    END LOOP;
    FOR object IN
        SELECT c.relname AS name FROM pg_class c
        WHERE c.relnamespace = 'freshet'::regnamespace AND c.relkind = 'v'
          AND c.relname ~ ('^read by .* \(' || released || '\)$')
    LOOP
        EXECUTE format('DROP VIEW freshet.%I', object.name);
    END LOOP;
    UPDATE freshet.source s SET fingerprint = 'released' WHERE s.id = released;
    UPDATE freshet.view v SET state = 'broken'
    WHERE v.state = 'ready' AND v.id IN (SELECT x.view_id FROM freshet.view_source x WHERE x.source_id = released);
END
$freshet$;
COMMENT ON FUNCTION freshet.release(regclass) IS 'Stops the capture of a table, so that a column that views read can be changed';
REVOKE ALL ON FUNCTION freshet.release(regclass) FROM PUBLIC;
