-- Every generation of every view, newest first.
SELECT v.id, v.schema_name, v.relation_name, v.strategy, v.state, v.definition, v.timezone, v.fingerprint,
       v.program::text AS program,
       ARRAY(SELECT s.source_id FROM freshet.view_source s WHERE s.view_id = v.id ORDER BY 1)::text[] AS sources,
       ARRAY(SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'freshet'::regnamespace AND c.relkind = 'r'
             AND c.relname ~ ('^(state|values)_' || v.id || '(_[0-9]+)*$') ORDER BY 1)::text[] AS tables
FROM freshet.view v ORDER BY v.id DESC
