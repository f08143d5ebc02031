-- The indexes of a relation ($1: its oid), each as a JSON document: whole, for the same relation, and in parts, for one
-- with other column names.
SELECT jsonb_build_object(
    'oid', c.oid::bigint,
    'name', c.relname,
    'unique', x.indisunique,
    'clustered', x.indisclustered,
    'comment', coalesce(obj_description(c.oid, 'pg_class'), ''),
    'tablespace', coalesce((SELECT t.spcname FROM pg_tablespace t WHERE t.oid = c.reltablespace), ''),
    -- All behind "CREATE INDEX name ON relation ".
    'tail', substr(pg_get_indexdef(c.oid),
                   length(format('CREATE %sINDEX %I ON %I.%I ', CASE WHEN x.indisunique THEN 'UNIQUE ' ELSE '' END,
                                 c.relname, n.nspname, r.relname)) + 1),
    'method', m.amname,
    'storage', coalesce((SELECT string_agg(format('%I=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ')
                         FROM unnest(c.reloptions) AS o), ''),
    'predicate', coalesce(pg_get_expr(x.indpred, x.indrelid), ''),
    'columns', (SELECT jsonb_agg(jsonb_build_object(
                    'key', k.n <= x.indnkeyatts,
                    'name', coalesce((SELECT a.attname FROM pg_attribute a
                                      WHERE a.attrelid = x.indrelid AND a.attnum = k.attnum AND k.attnum > 0), ''),
                    'expression', CASE WHEN k.attnum = 0 THEN pg_get_indexdef(c.oid, k.n::int, false) ELSE '' END,
                    'suffix', concat(
                        (SELECT format(' COLLATE %I.%I', cn.nspname, co.collname)
                         FROM pg_collation co JOIN pg_namespace cn ON cn.oid = co.collnamespace
                         WHERE k.n <= x.indnkeyatts AND co.oid = x.indcollation[k.n - 1]
                           AND co.oid IS DISTINCT FROM (SELECT a.attcollation FROM pg_attribute a
                                                        WHERE a.attrelid = x.indrelid AND a.attnum = k.attnum)),
                        (SELECT format(' %I.%I', pn.nspname, p.opcname) || coalesce(
                                    (SELECT format(' (%s)', string_agg(format('%I=%L', split_part(o, '=', 1),
                                                                              substr(o, strpos(o, '=') + 1)), ', '))
                                     FROM pg_attribute ia CROSS JOIN LATERAL unnest(ia.attoptions) AS o
                                     WHERE ia.attrelid = c.oid AND ia.attnum = k.n
                                     HAVING count(*) > 0), '')
                         FROM pg_opclass p JOIN pg_namespace pn ON pn.oid = p.opcnamespace
                         WHERE k.n <= x.indnkeyatts AND p.oid = x.indclass[k.n - 1]
                           AND (NOT p.opcdefault OR EXISTS (SELECT FROM pg_attribute ia
                                                            WHERE ia.attrelid = c.oid AND ia.attnum = k.n
                                                              AND ia.attoptions IS NOT NULL))),
                        CASE WHEN k.n > x.indnkeyatts OR NOT pg_indexam_has_property(m.oid, 'can_order') THEN ''
                             WHEN x.indoption[k.n - 1] & 3 = 3 THEN ' DESC'
                             WHEN x.indoption[k.n - 1] & 1 = 1 THEN ' DESC NULLS LAST'
                             WHEN x.indoption[k.n - 1] & 2 = 2 THEN ' NULLS FIRST' ELSE '' END)) ORDER BY k.n)
                FROM unnest(x.indkey::int2[]) WITH ORDINALITY AS k(attnum, n)))::text AS facts
FROM pg_index x
JOIN pg_class c ON c.oid = x.indexrelid
JOIN pg_am m ON m.oid = c.relam
JOIN pg_class r ON r.oid = x.indrelid
JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE x.indrelid = $1::oid AND x.indisvalid
ORDER BY c.relname
