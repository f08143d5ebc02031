-- Sources whose changes are not, or no longer, captured. One row for each reason.
WITH expected AS (
    SELECT s.id, CASE WHEN s.schema_name = 'public' THEN s.table_name ELSE s.schema_name || '.' || s.table_name END AS source,
           s.relation, to_regclass(quote_ident(s.schema_name) || '.' || quote_ident(s.table_name)) AS present,
           o.operation, p.oid AS function
    FROM freshet.source s CROSS JOIN LATERAL unnest(s.operations) AS o(operation)
    LEFT JOIN pg_proc p ON p.pronamespace = 'freshet'::regnamespace
                       AND p.proname = 'capture_' || s.id || '_' || o.operation
)
SELECT DISTINCT e.id, e.source,
       CASE WHEN e.present IS NULL THEN 'table_gone'
            WHEN e.present <> e.relation THEN 'table_replaced'
            WHEN e.function IS NULL THEN 'function_missing'
            WHEN t.oid IS NULL THEN 'trigger_missing'
            ELSE 'trigger_disabled' END AS reason
FROM expected e
LEFT JOIN pg_trigger t ON t.tgrelid = e.relation AND t.tgname = 'freshet_' || e.operation AND t.tgfoid = e.function
WHERE e.present IS DISTINCT FROM e.relation OR t.oid IS NULL OR t.tgenabled NOT IN ('O', 'A')
ORDER BY 1, 3
