-- The guard of a source ($1: its id): its name, and the columns of the table ($2) that it depends on, as they are called now.
SELECT c.relname::text,
       ARRAY(SELECT a.attname::text FROM pg_rewrite r
             JOIN pg_depend d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
                             AND d.refclassid = 'pg_class'::regclass AND d.refobjid = to_regclass($2) AND d.refobjsubid > 0
             JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
             WHERE r.ev_class = c.oid) AS columns
FROM pg_class c
WHERE c.relnamespace = 'freshet'::regnamespace AND c.relkind = 'v' AND c.relname ~ ('^read by .* \(' || $1 || '\)$')
