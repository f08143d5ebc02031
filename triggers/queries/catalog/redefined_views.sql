-- Of the views named by $1 (schemas), $2 (names) and $3 (fingerprints of their definitions), those that differ. To be
-- run under a search_path that is empty or pg_catalog: the definition is written under it.
SELECT w.schema_name, w.view_name, c.oid IS NULL AS gone
FROM unnest($1::text[], $2::text[], $3::text[]) AS w(schema_name, view_name, fingerprint)
LEFT JOIN pg_class c ON c.oid = to_regclass(quote_ident(w.schema_name) || '.' || quote_ident(w.view_name))
                    AND c.relkind = 'v'
WHERE encode(sha256(convert_to(pg_get_viewdef(c.oid), 'UTF8')), 'hex') IS DISTINCT FROM w.fingerprint
ORDER BY 1, 2
