-- After a statement on a source, whose id is the trigger's argument: materialized views over it are out of date. Once
-- per transaction and source is enough, but remembering that would cost more than the row.
CREATE OR REPLACE FUNCTION freshet.capture_touch() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, freshet, pg_temp AS $freshet$
DECLARE
    bell integer;
BEGIN
    SELECT last_value INTO bell FROM freshet.doorbell;
    IF bell & 1 = 0 THEN
        INSERT INTO freshet.marker_0 (source_id, kind) VALUES (TG_ARGV[0]::integer, 'touch');
    ELSE
        INSERT INTO freshet.marker_1 (source_id, kind) VALUES (TG_ARGV[0]::integer, 'touch');
    END IF;
    IF bell & 2 <> 0 THEN
        PERFORM pg_notify('freshet', '{"source": ' || TG_ARGV[0] || '}');
    END IF;
    RETURN NULL;
END
$freshet$;
REVOKE ALL ON FUNCTION freshet.capture_touch() FROM PUBLIC;
