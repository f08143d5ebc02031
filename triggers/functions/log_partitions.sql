-- Partitions came to a source, or went, and nothing else happened to its capture: writes their rows into its log, instead of
-- having the views over it recomputed. True if that is enough; then the log holds all that happened since the views' positions.
-- Two calls within restore_capture(): "hold" before triggers are dropped, "write" after they are put back, with the image as
-- it was found. Why this is exact is in docs/correctness.md, section 11.
CREATE OR REPLACE FUNCTION freshet.log_partitions(source_id integer, present jsonb, step text) RETURNS boolean
LANGUAGE plpgsql SET search_path = pg_catalog, freshet, pg_temp AS $freshet$
DECLARE
    one freshet.source;
    came oid[];
    gone oid[];
    target oid;
    columns text;
    pending text;
    touched boolean;
    slot integer;
BEGIN
    SELECT s.* INTO STRICT one FROM freshet.source s WHERE s.id = log_partitions.source_id;
    came := ARRAY(SELECT p.id::oid FROM jsonb_array_elements_text(present -> 'partitions') AS p(id)
                  WHERE NOT one.image -> 'partitions' @> to_jsonb(p.id::bigint));
    gone := ARRAY(SELECT p.id::oid FROM jsonb_array_elements_text(one.image -> 'partitions') AS p(id)
                  WHERE NOT present -> 'partitions' @> to_jsonb(p.id::bigint));
    IF step = 'hold' THEN
        -- What a table that went has been told about since is in the log, as long as its triggers are what they were.
        FOREACH target IN ARRAY gone LOOP
            IF NOT coalesce(has_table_privilege(target, 'SELECT') AND has_table_privilege(target, 'UPDATE, DELETE, TRUNCATE'),
                            false) THEN
                RETURN false;
            END IF;
            EXECUTE format('LOCK TABLE %s IN SHARE ROW EXCLUSIVE MODE', target::regclass);
        END LOOP;
        RETURN NOT EXISTS (
                SELECT FROM jsonb_each_text(one.image -> 'triggers') AS was(key, version)
                WHERE split_part(was.key, ' ', 1)::oid = ANY (gone)
                  AND NOT EXISTS (SELECT FROM pg_trigger t
                                  WHERE t.tgrelid || ' ' || t.tgname = was.key
                                    AND t.tgenabled::text || ' ' || t.xmin::text = was.version))
            AND NOT EXISTS (SELECT FROM pg_attribute a RIGHT JOIN (unnest(gone) AS g(relation) CROSS JOIN unnest(one.reads) AS r(name))
                                ON a.attrelid = g.relation AND a.attname = r.name AND NOT a.attisdropped
                            WHERE a.attrelid IS NULL)
            AND NOT EXISTS (SELECT FROM pg_inherits i
                            WHERE i.inhparent = ANY (gone) AND NOT i.inhrelid = ANY (gone));
    END IF;
    -- Much, and more than all the rest: reading everything once is less work.
    IF (SELECT sum(pg_relation_size(t.relation)) FROM unnest(came || gone) AS t(relation)) >
       (SELECT 1048576 + coalesce(sum(pg_relation_size(p.id::oid)), 0) FROM jsonb_array_elements_text(present -> 'partitions') AS p(id)
        WHERE NOT p.id::oid = ANY (came)) THEN
        RETURN false;
    END IF;
    -- What was written through the parent into a table since it came is in the log, and among its rows.
    FOREACH target IN ARRAY came LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = target AND c.relkind = 'r');
        pending := format('SELECT EXISTS (SELECT FROM freshet.view_source x JOIN freshet.position p ON p.view_id = x.view_id
            JOIN (SELECT l.freshet_xid FROM freshet.log_%s AS l WHERE {condition}) AS l
              ON l.freshet_xid >= pg_snapshot_xmin(p.snapshot) AND NOT pg_visible_in_snapshot(l.freshet_xid, p.snapshot)
            WHERE x.source_id = %s)', one.id, one.id);
        BEGIN
            -- A log need not have the key's columns, and compares text under a collation of its own.
            IF EXISTS (SELECT FROM pg_partition_ancestors(target) AS a JOIN pg_partitioned_table k ON k.partrelid = a.relid
                       CROSS JOIN LATERAL unnest(k.partcollation::oid[]) AS c(id) WHERE c.id <> 0) THEN
                RAISE undefined_column;
            END IF;
            EXECUTE replace(pending, '{condition}', coalesce(pg_get_partition_constraintdef(target), 'true')) INTO touched;
        EXCEPTION WHEN undefined_column OR undefined_function THEN
            EXECUTE replace(pending, '{condition}', 'true') INTO touched;
        END;
        IF touched THEN
            RETURN false;
        END IF;
    END LOOP;
    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) INTO columns
    FROM pg_attribute a
    WHERE a.attrelid = format('freshet.log_%s_0', one.id)::regclass AND a.attname = ANY (one.reads) AND NOT a.attisdropped;
    SELECT d.last_value & 1 INTO slot FROM freshet.doorbell d;
    FOREACH target IN ARRAY came || gone LOOP
        CONTINUE WHEN NOT EXISTS (SELECT FROM pg_class c WHERE c.oid = target AND c.relkind = 'r');
        EXECUTE format('INSERT INTO freshet.log_%s_%s (freshet_sign%s) SELECT %s%s FROM %s', one.id, slot, ', ' || columns,
                       CASE WHEN target = ANY (came) THEN 1 ELSE -1 END, ', ' || columns,
                       -- Rights on the parent are enough to read through it.
                       CASE WHEN has_table_privilege(target, 'SELECT') THEN target::regclass::text
                            ELSE format('%s WHERE tableoid = %s', (present ->> 'relation')::oid::regclass, target) END);
    END LOOP;
    RETURN true;
END
$freshet$;
COMMENT ON FUNCTION freshet.log_partitions(integer, jsonb, text) IS 'Logs the rows of partitions that came or went';
REVOKE ALL ON FUNCTION freshet.log_partitions(integer, jsonb, text) FROM PUBLIC;
