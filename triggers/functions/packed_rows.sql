-- How many rows of a source its packed log rows hold and held, beyond the one that the server's statistics count for each.
CREATE OR REPLACE FUNCTION freshet.packed_rows(source_id integer) RETURNS bigint
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, freshet, pg_temp AS $freshet$
DECLARE
    trimmed bigint := (SELECT s.unpacked FROM freshet.source s WHERE s.id = packed_rows.source_id);
    logged bigint;
BEGIN
    EXECUTE format('SELECT coalesce(sum(abs(l.freshet_rows) - 1), 0) FROM (SELECT freshet_rows FROM freshet.log_%1$s_0
        UNION ALL SELECT freshet_rows FROM freshet.log_%1$s_1) AS l', source_id) INTO logged;
    RETURN trimmed + logged;
END
$freshet$;
COMMENT ON FUNCTION freshet.packed_rows(integer) IS 'Rows of a source in its packed log rows, beyond one each';
REVOKE ALL ON FUNCTION freshet.packed_rows(integer) FROM PUBLIC;
