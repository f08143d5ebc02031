-- Every source with the events on it, by bit.
SELECT s.id, s.schema_name, s.table_name, s.relation::bigint AS relation, s.fingerprint,
       ARRAY(SELECT e.name FROM freshet.event e WHERE e.source_id = s.id ORDER BY e.bit) AS events
FROM freshet.source s ORDER BY s.id
