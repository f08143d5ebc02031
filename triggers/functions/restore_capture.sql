-- Puts back what the capture of a source consists of, on the table that has its name now and on all its partitions, and takes
-- the image anew. With `everything`, as install calls it, also what is there already: that waits out every writer. True if
-- changes may have been missed before: the views over the source are marked broken then, and are to be recomputed in a
-- transaction that begins after this one. If only partitions came or went, their rows are logged instead, where that is enough.
-- Raises if the table is gone, or is not what the views were made for.
CREATE OR REPLACE FUNCTION freshet.restore_capture(source_id integer, everything boolean) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, freshet, pg_temp AS $freshet$
DECLARE
    one freshet.source;
    before jsonb;
    root oid;
    statement text;
    target oid;
    missed boolean;
    faults text[];
    only_partitions boolean;
    guard record;
BEGIN
    SELECT s.* INTO STRICT one FROM freshet.source s WHERE s.id = restore_capture.source_id FOR UPDATE;
    before := freshet.capture_image(one.id);
    root := (before ->> 'relation')::oid;
    IF root IS NULL THEN
        RAISE EXCEPTION 'table %.% is gone', one.schema_name, one.table_name;
    END IF;
    -- A capture that is made anew by install is what this table has, so there is nothing to compare.
    IF NOT everything AND one.image IS NOT NULL AND (
        NOT before -> 'columns' @> (one.image -> 'columns')
        OR NOT before -> 'unique' @> (one.image -> 'unique')
        OR NOT before -> 'not_null' @> (one.image -> 'not_null')
        OR (one.key <> '{}' AND before -> 'key' <> one.image -> 'key')) THEN
        RAISE EXCEPTION 'table %.% has other columns than it had', one.schema_name, one.table_name;
    END IF;
    IF NOT everything AND 'update' = ANY (one.operations) AND NOT 'keys' = ANY (one.operations)
       AND EXISTS (SELECT FROM pg_class c WHERE c.oid = root AND c.relkind = 'p') THEN
        RAISE EXCEPTION 'table %.% is partitioned, and was not', one.schema_name, one.table_name;
    END IF;
    IF EXISTS (SELECT FROM pg_inherits i
               WHERE (i.inhparent = root OR before -> 'partitions' @> to_jsonb(i.inhparent::bigint)) AND i.inhdetachpending) THEN
        RAISE EXCEPTION 'a partition of %.% is being detached', one.schema_name, one.table_name
            USING ERRCODE = 'lock_not_available';
    END IF;
    faults := ARRAY(SELECT f.reason FROM freshet.capture_faults(ARRAY[one.id]) f);
    missed := NOT everything AND EXISTS (SELECT FROM unnest(faults) AS f(reason)
                                         WHERE f.reason NOT IN ('partition_new', 'not_recorded'));
    -- Each view's position was taken in a snapshot that saw the capture as it was recorded: or else it is not ready.
    only_partitions := NOT everything AND one.image IS NOT NULL AND 'insert' = ANY (one.operations)
        AND NOT 'touch' = ANY (one.operations)
        AND faults <@ ARRAY['partition_attached', 'partition_detached', 'partition_new']
        AND NOT EXISTS (SELECT FROM freshet.view_source x JOIN freshet.view v ON v.id = x.view_id
                        WHERE x.source_id = one.id AND v.state <> 'ready');
    IF only_partitions THEN
        only_partitions := freshet.log_partitions(one.id, before, 'hold');
    END IF;
    -- On a table that is no longer part of the source: dropped with its function, which needs no right on the table.
    FOR statement IN
        SELECT DISTINCT p.oid::regprocedure::text FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
        WHERE p.pronamespace = 'freshet'::regnamespace AND p.proname ~ ('^capture_' || one.id || '_[a-z]+$')
          AND t.tgrelid <> root AND NOT before -> 'partitions' @> to_jsonb(t.tgrelid::bigint)
    LOOP
        EXECUTE format('DROP FUNCTION %s CASCADE', statement);
    END LOOP;
    FOREACH statement IN ARRAY one.functions LOOP
        EXECUTE statement;
    END LOOP;
    FOR target IN
        SELECT root UNION ALL SELECT p.id::oid FROM jsonb_array_elements_text(before -> 'partitions') AS p(id)
    LOOP
        CONTINUE WHEN NOT everything AND cardinality(one.operations) = (
            SELECT count(*) FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
            WHERE t.tgrelid = target AND t.tgenabled IN ('O', 'A') AND p.pronamespace = 'freshet'::regnamespace
              AND p.proname ~ ('^capture_' || one.id || '_[a-z]+$'));
        FOREACH statement IN ARRAY one.triggers LOOP
            EXECUTE replace(statement, '{table}', target::regclass::text);
        END LOOP;
    END LOOP;
    -- CREATE TRIGGER has waited for the writers: a new partition that is still empty now has lost nothing.
    missed := missed OR EXISTS (SELECT FROM freshet.capture_faults(ARRAY[one.id]) f WHERE f.reason = 'partition_attached');
    IF missed AND only_partitions THEN
        missed := NOT freshet.log_partitions(one.id, before, 'write');
    END IF;
    IF missed THEN
        UPDATE freshet.view v SET state = 'broken'
        WHERE v.state = 'ready' AND v.id IN (SELECT x.view_id FROM freshet.view_source x WHERE x.source_id = one.id);
    END IF;
    -- Of another table, or of this one under other transaction ids: a dump was restored, perhaps from a clone of this cluster.
    IF one.relation <> root AND to_regclass('freshet.log_' || one.id || '_0') IS NOT NULL THEN
        EXECUTE format('TRUNCATE freshet.log_%s_0, freshet.log_%s_1', one.id, one.id);
    END IF;
    FOR guard IN
        SELECT c.oid, c.relname, (SELECT string_agg(format('t.%I', a.attname), ', ' ORDER BY a.attnum)
                                  FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0) AS columns
        FROM pg_class c
        WHERE c.relnamespace = 'freshet'::regnamespace AND c.relkind = 'v' AND c.relname ~ ('^read by .* \(' || one.id || '\)$')
          AND one.relation <> root
    LOOP
        EXECUTE format('DROP VIEW freshet.%I', guard.relname);
        CONTINUE WHEN everything;  -- install makes the guard of what it captures
        EXECUTE format('CREATE VIEW freshet.%I AS SELECT %s FROM %s AS t WHERE false', guard.relname, guard.columns, root::regclass);
    END LOOP;
    UPDATE freshet.source s SET relation = root, image = freshet.capture_image(one.id) WHERE s.id = one.id
    RETURNING s.image INTO one.image;
    IF one.image -> 'partitions' <> before -> 'partitions' THEN
        RAISE EXCEPTION 'partitions of %.% came or went meanwhile', one.schema_name, one.table_name
            USING ERRCODE = 'lock_not_available';
    END IF;
    UPDATE freshet.source s SET witness = w.witness FROM freshet.capture_witness(ARRAY[one.id]) w WHERE s.id = one.id;
    RETURN missed;
END
$freshet$;
COMMENT ON FUNCTION freshet.restore_capture(integer, boolean) IS 'Puts the triggers of a source back';
REVOKE ALL ON FUNCTION freshet.restore_capture(integer, boolean) FROM PUBLIC;
