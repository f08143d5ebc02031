-- $1: schema, $2: name, $3: definition, $4: options, $5: tablespace, $6: access method, $7: the indexes' facts
WITH adopted AS (
    INSERT INTO freshet.adoption (schema_name, relation_name, definition, options, tablespace, access_method)
    VALUES ($1, $2, $3, $4, $5, $6)
    RETURNING schema_name, relation_name
)
INSERT INTO freshet.adopted_index (schema_name, relation_name, ordinal, facts)
SELECT a.schema_name, a.relation_name, f.ordinal, f.facts::jsonb
FROM adopted a CROSS JOIN unnest($7::text[]) WITH ORDINALITY AS f(facts, ordinal)
