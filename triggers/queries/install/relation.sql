-- A view or materialized view ($1: its oid) as it stands. Names are qualified as far as search_path is empty of schemas.
SELECT n.nspname::text AS schema_name,
       c.relname::text AS relation_name,
       c.relkind = 'm' AS materialized,
       c.relispopulated AS populated,
       pg_get_userbyid(c.relowner)::text AS owner,
       -- Whether another relation may be given to this owner.
       (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = current_user)
           OR (pg_has_role(c.relowner, 'MEMBER') AND has_schema_privilege(c.relowner, n.oid, 'CREATE')) AS may_own,
       pg_has_role(c.relowner, 'USAGE') AS may_replace,
       rtrim(pg_get_viewdef(c.oid), ';') AS definition,
       coalesce((SELECT string_agg(format('%I=%L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ')
                 FROM unnest(c.reloptions) AS o), '') AS options,
       coalesce((SELECT t.spcname::text FROM pg_tablespace t WHERE t.oid = c.reltablespace), '') AS tablespace,
       coalesce((SELECT a.amname::text FROM pg_am a WHERE a.oid = c.relam), '') AS access_method,
       coalesce(obj_description(c.oid, 'pg_class'), '') AS comment
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = $1::oid
