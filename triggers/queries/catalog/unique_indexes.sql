-- The unique indexes of a table ($1: its oid) that hold for all its rows, by the default equality of each column's type and
-- under the column's own collation; deferred ones, too. The primary key comes first.
SELECT array_agg(a.attname::text ORDER BY k.n) AS columns,
       array_agg(CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE n.nspname::text END ORDER BY k.n) AS equality_schemas
FROM pg_index x
JOIN pg_class i ON i.oid = x.indexrelid
CROSS JOIN LATERAL unnest(x.indkey::int2[], x.indclass::oid[], x.indcollation::oid[])
    WITH ORDINALITY AS k(attnum, opclass, collated, n)
JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.attnum
JOIN pg_opclass c ON c.oid = k.opclass
JOIN pg_am m ON m.oid = c.opcmethod
JOIN pg_amop o ON o.amopfamily = c.opcfamily AND o.amopstrategy = 3 AND o.amoplefttype = c.opcintype
              AND o.amoprighttype = c.opcintype
JOIN pg_operator p ON p.oid = o.amopopr
JOIN pg_namespace n ON n.oid = p.oprnamespace
WHERE x.indrelid = $1::oid AND x.indisunique AND x.indisvalid AND x.indpred IS NULL AND x.indexprs IS NULL
  AND m.amname = 'btree' AND k.n <= x.indnkeyatts
GROUP BY x.indexrelid, x.indisprimary, i.relname
HAVING bool_and(c.opcdefault AND p.oprname = '=' AND k.collated = a.attcollation)
ORDER BY x.indisprimary DESC, i.relname
