-- Everything on which the capture of a source rests, as this snapshot sees it: read from the catalogs alone, because the
-- functions that look names and partitions up see what was committed after the snapshot.
CREATE OR REPLACE FUNCTION freshet.capture_image(source_id integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, freshet, pg_temp AS $freshet$
BEGIN  -- plpgsql, which keeps the plan
RETURN (
WITH RECURSIVE source AS (
    SELECT s.*, c.oid AS present
    FROM freshet.source s
    LEFT JOIN (pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace)
        ON n.nspname = s.schema_name AND c.relname = s.table_name
    WHERE s.id = capture_image.source_id
), tree AS (
    -- While it is being detached (DETACH PARTITION CONCURRENTLY), a table is no longer read through its parent.
    SELECT i.inhrelid AS relation FROM source s JOIN pg_inherits i ON i.inhparent = s.present AND NOT i.inhdetachpending
    UNION
    SELECT i.inhrelid FROM tree t JOIN pg_inherits i ON i.inhparent = t.relation AND NOT i.inhdetachpending
), functions AS (
    SELECT p.oid, p.proname, md5(row(p.prosrc, p.prosecdef, p.proconfig)::text) AS body
    FROM source s CROSS JOIN LATERAL unnest(s.operations) AS o(operation)
    JOIN pg_proc p ON p.proname = 'capture_' || s.id || '_' || o.operation
                  AND p.pronamespace = (SELECT n.oid FROM pg_namespace n WHERE n.nspname = 'freshet')
), columns AS (
    SELECT a.attname, a.atttypid || ' ' || a.atttypmod || ' ' || a.attcollation AS type, a.attnotnull,
           a.attnum || ' ' || a.xmin::text AS version
    FROM source s JOIN pg_attribute a ON a.attrelid = s.present AND a.attname = ANY (s.reads) AND NOT a.attisdropped
)
SELECT jsonb_build_object(
    'relation', (SELECT s.present::bigint FROM source s),
    'partitions', (SELECT coalesce(jsonb_agg(t.relation::bigint ORDER BY t.relation), '[]') FROM tree t),
    'functions', (SELECT coalesce(jsonb_object_agg(f.proname, f.body), '{}') FROM functions f),
    -- A row of pg_trigger or pg_attribute is written anew by whatever is done to it, also if it is undone later.
    'triggers', (SELECT coalesce(jsonb_object_agg(t.tgrelid || ' ' || t.tgname, t.tgenabled::text || ' ' || t.xmin::text), '{}')
                 FROM functions f JOIN pg_trigger t ON t.tgfoid = f.oid
                 WHERE t.tgrelid IN (SELECT s.present FROM source s UNION ALL SELECT x.relation FROM tree x)),
    'columns', (SELECT coalesce(jsonb_object_agg(c.attname, c.type), '{}') FROM columns c),
    'column_versions', (SELECT coalesce(jsonb_object_agg(c.attname, c.version), '{}') FROM columns c),
    'not_null', (SELECT coalesce(jsonb_agg(c.attname ORDER BY c.attname) FILTER (WHERE c.attnotnull), '[]') FROM columns c),
    -- Of those that a view looks rows up by, the column lists that are unique.
    'unique', (SELECT coalesce(jsonb_agg(k.columns ORDER BY k.columns), '[]')
               FROM source s CROSS JOIN LATERAL jsonb_array_elements(s.lookup_keys) AS k(columns)
               WHERE EXISTS (SELECT FROM pg_index x
                             WHERE x.indrelid = s.present AND x.indisunique AND x.indisvalid AND x.indimmediate
                               AND x.indpred IS NULL AND x.indexprs IS NULL
                               AND k.columns @> (SELECT jsonb_agg(a.attname)
                                                 FROM unnest(x.indkey[:x.indnkeyatts - 1]) AS i(attnum)
                                                 JOIN pg_attribute a ON a.attrelid = s.present AND a.attnum = i.attnum))),
    'key_constraint', (SELECT k.oid::bigint FROM source s JOIN pg_constraint k ON k.conrelid = s.present AND k.contype = 'p'),
    'key', (SELECT coalesce(jsonb_agg(a.attname ORDER BY k.n), '[]')
            FROM source s JOIN pg_index x ON x.indrelid = s.present AND x.indisprimary AND x.indisvalid
            CROSS JOIN LATERAL unnest(x.indkey) WITH ORDINALITY AS k(attnum, n)
            JOIN pg_attribute a ON a.attrelid = s.present AND a.attnum = k.attnum))
);
END
$freshet$;
COMMENT ON FUNCTION freshet.capture_image(integer) IS 'What the capture of a source rests on, as it is now';
REVOKE ALL ON FUNCTION freshet.capture_image(integer) FROM PUBLIC;
