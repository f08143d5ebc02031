-- The rows of the catalogs that freshet.capture_image() reads, by their number and the transaction that wrote them: while
-- this text is the same, so is the image. Every refresh asks, so it is one statement with one plan, by index alone. NULL for a
-- table that is no longer the one that was captured.
CREATE OR REPLACE FUNCTION freshet.capture_witness(sources integer[]) RETURNS TABLE (source_id integer, witness text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, freshet, pg_temp
SET plan_cache_mode = force_generic_plan AS $freshet$
BEGIN
RETURN QUERY
SELECT s.id, c.oid || concat_ws(' ', '', (
    SELECT string_agg(concat_ws(':', t.oid, t.xmin, t.tgenabled, p.oid, p.xmin), ',' ORDER BY t.oid)
    FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE t.tgrelid = c.oid AND p.pronamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = 'freshet')
), (
    SELECT string_agg(concat_ws(':', a.attnum, a.xmin), ',' ORDER BY a.attnum)
    FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = ANY (s.reads)
), (
    SELECT string_agg(concat_ws(':', x.indexrelid, x.xmin, x.indisvalid, x.indimmediate), ',' ORDER BY x.indexrelid)
    FROM pg_index x WHERE x.indrelid = c.oid AND x.indisunique
), CASE WHEN c.relkind = 'p' THEN (
    WITH RECURSIVE tree AS (
        SELECT i.inhrelid AS relation, i.xmin AS version, i.inhdetachpending AS leaves
        FROM pg_inherits i WHERE i.inhparent = c.oid
        UNION ALL
        SELECT i.inhrelid, i.xmin, i.inhdetachpending FROM tree r JOIN pg_inherits i ON i.inhparent = r.relation
    )
    SELECT string_agg(concat_ws(':', r.relation, r.version, r.leaves, t.oid, t.xmin, t.tgenabled, p.oid, p.xmin), ','
                      ORDER BY r.relation, t.oid)
    FROM tree r
    LEFT JOIN (pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
               AND p.pronamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = 'freshet'))
        ON t.tgrelid = r.relation
) END)
FROM freshet.source s
LEFT JOIN pg_class c ON c.oid = s.relation AND c.relname = s.table_name
     AND c.relnamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = s.schema_name)
WHERE s.id = ANY (sources);
END
$freshet$;
COMMENT ON FUNCTION freshet.capture_witness(integer[]) IS 'Changes whenever what the capture of a source rests on may have changed';
REVOKE ALL ON FUNCTION freshet.capture_witness(integer[]) FROM PUBLIC;
