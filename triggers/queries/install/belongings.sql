-- What a successor of a relation ($1: its oid) under the same name has to be told, as statements in order: who may do
-- what, as it is and not as the default privileges of today would have it, and what the columns mean.
WITH relation AS (
    SELECT c.oid, c.relowner, c.relacl, c.relnamespace, format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = $1::oid
), let_in AS (
    SELECT DISTINCT g.grantee
    FROM relation r JOIN pg_default_acl d ON d.defaclobjtype = 'r' AND d.defaclnamespace IN (0, r.relnamespace)
                                         AND pg_get_userbyid(d.defaclrole) = current_user
    CROSS JOIN LATERAL aclexplode(d.defaclacl) AS g
    WHERE g.grantee <> r.relowner
    UNION
    SELECT r.relowner FROM relation r WHERE r.relacl IS NOT NULL
), granted AS (
    SELECT 0 AS attnum, NULL::name AS attname, g.grantee, g.privilege_type, bool_or(g.is_grantable) AS grantable
    FROM relation r CROSS JOIN LATERAL aclexplode(r.relacl) AS g
    GROUP BY g.grantee, g.privilege_type
    UNION ALL
    SELECT a.attnum, a.attname, g.grantee, g.privilege_type, bool_or(g.is_grantable)
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    CROSS JOIN LATERAL aclexplode(a.attacl) AS g
    GROUP BY a.attnum, a.attname, g.grantee, g.privilege_type
), statement AS (
    SELECT 1 AS step, 0 AS attnum, format('REVOKE ALL ON TABLE %s FROM %s', r.name, roles.names) AS sql
    FROM relation r
    CROSS JOIN LATERAL (
        SELECT string_agg(CASE WHEN l.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(l.grantee)) END, ', '
                          ORDER BY l.grantee) AS names
        FROM let_in l) AS roles
    WHERE roles.names IS NOT NULL
    UNION ALL
    SELECT 2, g.attnum,
           format('GRANT %s ON TABLE %s TO %s%s',
                  string_agg(g.privilege_type || CASE WHEN g.attname IS NULL THEN '' ELSE format(' (%I)', g.attname) END, ', ' ORDER BY g.privilege_type),
                  r.name,
                  CASE WHEN g.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
                  CASE WHEN g.grantable AND g.grantee <> r.relowner THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM granted g CROSS JOIN relation r
    GROUP BY g.attnum, g.grantee, g.grantable AND g.grantee <> r.relowner, g.grantable, r.relowner, r.name
    UNION ALL
    SELECT 3, a.attnum, format('COMMENT ON COLUMN %s.%I IS %L', r.name, a.attname, col_description(r.oid, a.attnum))
    FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE col_description(r.oid, a.attnum) IS NOT NULL
)
SELECT sql FROM statement ORDER BY step, attnum, sql
