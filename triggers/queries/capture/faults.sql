-- Sources whose changes are not, or no longer, captured. One row each.
WITH expected AS (
    SELECT s.id, s.schema_name, s.table_name, s.relation, t.name, p.oid AS function
    FROM freshet.source s
    CROSS JOIN LATERAL (VALUES ('insert'), ('update'), ('delete'), ('truncate'), ('touch')) AS t(name)
    JOIN pg_proc p ON p.pronamespace = 'freshet'::regnamespace AND p.proname = 'capture_' || s.id || '_' || t.name
)
SELECT e.id, CASE WHEN e.schema_name = 'public' THEN e.table_name ELSE e.schema_name || '.' || e.table_name END AS source,
       CASE WHEN to_regclass(quote_ident(e.schema_name) || '.' || quote_ident(e.table_name)) IS NULL THEN 'table_gone'
            WHEN to_regclass(quote_ident(e.schema_name) || '.' || quote_ident(e.table_name)) <> e.relation
                THEN 'table_replaced'
            WHEN t.oid IS NULL THEN 'trigger_missing'
            ELSE 'trigger_disabled' END AS reason
FROM expected e
LEFT JOIN pg_trigger t ON t.tgrelid = e.relation AND t.tgname = 'freshet_' || e.name AND t.tgfoid = e.function
WHERE t.oid IS NULL OR t.tgenabled NOT IN ('O', 'A')
   OR to_regclass(quote_ident(e.schema_name) || '.' || quote_ident(e.table_name)) IS DISTINCT FROM e.relation
UNION
SELECT s.id, CASE WHEN s.schema_name = 'public' THEN s.table_name ELSE s.schema_name || '.' || s.table_name END,
       'function_missing'
FROM freshet.source s
WHERE s.fingerprint <> '' AND NOT EXISTS (
    SELECT FROM pg_proc p WHERE p.pronamespace = 'freshet'::regnamespace AND p.proname = 'capture_' || s.id || '_truncate')
ORDER BY 1, 3
