-- Every generation of every view, newest first.
SELECT v.id, v.schema_name, v.relation_name, v.strategy, v.state, v.definition, v.timezone, v.fingerprint,
       v.program::text AS program,
       ARRAY(SELECT s.source_id FROM freshet.view_source s WHERE s.view_id = v.id ORDER BY 1)::text[] AS sources
FROM freshet.view v ORDER BY v.id DESC
