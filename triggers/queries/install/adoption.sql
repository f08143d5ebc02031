-- What the adopted materialized view under a name ($1: schema, $2: name) was; no row if there was none.
SELECT a.definition, a.options, a.tablespace, a.access_method,
       ARRAY(SELECT i.facts::text FROM freshet.adopted_index i
             WHERE i.schema_name = a.schema_name AND i.relation_name = a.relation_name ORDER BY i.ordinal) AS indexes
FROM freshet.adoption a
WHERE a.schema_name = $1 AND a.relation_name = $2
