-- What a relation ($1: schema, $2: name) grants to others, as GRANT statements on the same name.
SELECT format('GRANT %s ON %I.%I TO %s%s', g.privilege_type, $1, $2,
              CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
              CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
CROSS JOIN LATERAL aclexplode(c.relacl) AS g
WHERE n.nspname = $1 AND c.relname = $2 AND g.grantee <> c.relowner AND g.privilege_type = 'SELECT'
UNION ALL
SELECT format('COMMENT ON VIEW %I.%I IS %L', $1, $2, obj_description(c.oid, 'pg_class'))
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = $1 AND c.relname = $2 AND obj_description(c.oid, 'pg_class') IS NOT NULL
