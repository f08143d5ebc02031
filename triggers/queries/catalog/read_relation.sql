-- A relation that a query reads ($1: its schema, empty for a name that is found without one, as system catalogs and
-- temporary relations are; $2: its name), and what decides whether its definition may stand in its place.
WITH read AS (
    SELECT c.* FROM pg_class c
    WHERE c.oid = to_regclass(CASE WHEN $1 = '' THEN '' ELSE quote_ident($1) || '.' END || quote_ident($2))
), reads AS (
    -- What the view itself reads, not the views below it.
    SELECT DISTINCT t.*
    FROM read r
    JOIN pg_rewrite w ON w.ev_class = r.oid AND r.relkind = 'v'
    JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = w.oid AND d.refclassid = 'pg_class'::regclass
    JOIN pg_class t ON t.oid = d.refobjid AND t.oid <> r.oid
)
SELECT n.nspname::text AS schema_name,
       r.relkind::text AS kind,
       r.relpersistence::text AS persistence,
       n.nspname IN ('pg_catalog', 'information_schema', 'pg_toast') AS is_system,
       EXISTS (SELECT FROM reads WHERE relnamespace = to_regnamespace('freshet')) AS is_freshets,
       CASE WHEN r.relkind = 'v' THEN pg_get_viewdef(r.oid) ELSE '' END AS definition,
       CASE WHEN r.relkind = 'v' THEN encode(sha256(convert_to(pg_get_viewdef(r.oid), 'UTF8')), 'hex') ELSE '' END AS fingerprint,
       coalesce(o.options ->> 'security_barrier', 'false')::boolean AS security_barrier,
       pg_get_userbyid(r.relowner)::text AS owner,
       has_table_privilege(r.oid, 'SELECT') AS may_read,
       -- Tables of which the view's owner does not see all rows: the view shows what its owner sees.
       ARRAY(SELECT t.oid::regclass::text
             FROM reads t JOIN pg_roles w ON w.oid = r.relowner
             WHERE t.relrowsecurity AND NOT w.rolsuper AND NOT w.rolbypassrls
               AND (t.relforcerowsecurity OR NOT pg_has_role(w.oid, t.relowner, 'USAGE'))
               AND NOT coalesce(o.options ->> 'security_invoker', 'false')::boolean
             ORDER BY 1) AS hidden
FROM read r
JOIN pg_namespace n ON n.oid = r.relnamespace
CROSS JOIN LATERAL (SELECT jsonb_object_agg(option_name, option_value) AS options
                    FROM pg_options_to_table(r.reloptions)) AS o
