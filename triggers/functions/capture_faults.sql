-- Why changes of these sources may go, or may have gone, unnoticed, as this snapshot sees it; no row if they did not. The
-- reason "partition_new" alone is harmless: a partition that is still empty and has no triggers yet.
CREATE OR REPLACE FUNCTION freshet.capture_faults(sources integer[])
RETURNS TABLE (source_id integer, source text, reason text, object text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, freshet, pg_temp AS $freshet$
DECLARE
    one record;
    present jsonb;
    partition oid;
    filled boolean;
BEGIN
    FOR one IN
        SELECT s.* FROM freshet.source s JOIN freshet.capture_witness(sources) w ON w.source_id = s.id
        WHERE s.operations <> '{}' AND (s.image IS NULL OR s.witness IS DISTINCT FROM w.witness OR w.witness IS NULL)
        ORDER BY s.id
    LOOP
        present := freshet.capture_image(one.id);
        CONTINUE WHEN present = one.image;
        source_id := one.id;
        source := CASE WHEN one.schema_name = 'public' THEN '' ELSE one.schema_name || '.' END || one.table_name;
        object := '';
        reason := CASE WHEN present -> 'relation' = 'null' THEN 'table_gone'
                       WHEN one.fingerprint = 'released' THEN 'released'
                       WHEN one.image IS NULL THEN 'not_recorded'
                       WHEN present -> 'relation' <> one.image -> 'relation' THEN 'table_replaced' END;
        IF reason IS NOT NULL THEN
            RETURN NEXT;
            CONTINUE;
        END IF;
        RETURN QUERY
            SELECT one.id, capture_faults.source, found.reason, found.object FROM (
                SELECT CASE WHEN present -> 'functions' ? f.key THEN 'function_replaced' ELSE 'function_missing' END AS reason,
                       f.key AS object
                FROM jsonb_each(one.image -> 'functions') AS f
                WHERE f.value IS DISTINCT FROM present -> 'functions' -> f.key
                UNION ALL
                SELECT CASE WHEN NOT present -> 'triggers' ? t.key THEN 'trigger_missing'
                            WHEN left(present -> 'triggers' ->> t.key, 1) NOT IN ('O', 'A') THEN 'trigger_disabled'
                            ELSE 'trigger_altered' END,
                       split_part(t.key, ' ', 2) || ' on ' || split_part(t.key, ' ', 1)::oid::regclass
                FROM jsonb_each(one.image -> 'triggers') AS t
                WHERE t.value IS DISTINCT FROM present -> 'triggers' -> t.key
                  -- Reported as what took it away:
                  AND present -> 'functions' ? ('capture_' || one.id || '_' || substr(split_part(t.key, ' ', 2), 9))
                  AND (split_part(t.key, ' ', 1)::bigint = (present ->> 'relation')::bigint
                       OR present -> 'partitions' @> to_jsonb(split_part(t.key, ' ', 1)::bigint))
                UNION ALL
                SELECT CASE WHEN NOT present -> 'columns' ? c.key THEN 'column_gone'
                            WHEN present -> 'columns' -> c.key <> one.image -> 'columns' -> c.key THEN 'column_retyped'
                            WHEN one.image -> 'not_null' ? c.key AND NOT present -> 'not_null' ? c.key THEN 'column_nullable'
                            ELSE 'column_altered' END, c.key
                FROM jsonb_each(one.image -> 'column_versions') AS c
                WHERE c.value IS DISTINCT FROM present -> 'column_versions' -> c.key
                UNION ALL
                SELECT CASE WHEN present -> 'key' = one.image -> 'key' THEN 'key_altered' ELSE 'key_gone' END, ''
                WHERE one.key <> '{}' AND present -> 'key_constraint' <> one.image -> 'key_constraint'
                UNION ALL
                SELECT 'unique_gone', (SELECT string_agg(n.name, ', ') FROM jsonb_array_elements_text(u.columns) AS n(name))
                FROM jsonb_array_elements(one.image -> 'unique') AS u(columns)
                WHERE NOT present -> 'unique' @> jsonb_build_array(u.columns)
                UNION ALL
                SELECT 'partition_detached', coalesce((SELECT p.oid::regclass::text FROM pg_class p WHERE p.oid = d.id::oid), d.id)
                FROM jsonb_array_elements_text(one.image -> 'partitions') AS d(id)
                WHERE NOT present -> 'partitions' @> to_jsonb(d.id::bigint)
            ) AS found;
        FOR partition IN
            SELECT a.id::oid FROM jsonb_array_elements_text(present -> 'partitions') AS a(id)
            WHERE NOT one.image -> 'partitions' @> to_jsonb(a.id::bigint)
        LOOP
            -- Rights on the parent are enough to read through it, but not to look into one partition alone.
            IF has_table_privilege(partition, 'SELECT') THEN
                EXECUTE format('SELECT EXISTS (SELECT FROM %s)', partition::regclass) INTO filled;
            ELSE
                EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE tableoid = %s)', one.relation::regclass, partition)
                INTO filled;
            END IF;
            reason := CASE WHEN filled THEN 'partition_attached' ELSE 'partition_new' END;
            object := partition::regclass;
            RETURN NEXT;
        END LOOP;
    END LOOP;
END
$freshet$;
COMMENT ON FUNCTION freshet.capture_faults(integer[]) IS 'Why changes of sources may go unnoticed';
REVOKE ALL ON FUNCTION freshet.capture_faults(integer[]) FROM PUBLIC;
