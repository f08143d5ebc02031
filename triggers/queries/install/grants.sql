-- What a relation ($1: schema, $2: name) grants to others, as GRANT statements on the same name. Its owner reads by
-- right; if the new relation has another owner, that becomes a grant.
WITH relation AS (
    SELECT c.oid, c.relowner, c.relacl FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname = $1::text AND c.relname = $2::text
), granted AS (
    SELECT g.grantee, g.is_grantable, '' AS columns
    FROM relation r CROSS JOIN LATERAL aclexplode(r.relacl) AS g
    WHERE g.grantee <> r.relowner AND g.privilege_type = 'SELECT'
    UNION ALL
    SELECT g.grantee, g.is_grantable, format(' (%I)', a.attname)
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    CROSS JOIN LATERAL aclexplode(a.attacl) AS g
    WHERE g.grantee <> r.relowner AND g.privilege_type = 'SELECT'
    UNION ALL
    SELECT r.relowner, true, '' FROM relation r WHERE pg_get_userbyid(r.relowner) <> current_user
)
SELECT format('GRANT SELECT%s ON %I.%I TO %s%s', g.columns, $1::text, $2::text,
              CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
              CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
FROM granted g
UNION ALL
SELECT format('COMMENT ON VIEW %I.%I IS %L', $1::text, $2::text, obj_description(r.oid, 'pg_class'))
FROM relation r WHERE obj_description(r.oid, 'pg_class') IS NOT NULL
