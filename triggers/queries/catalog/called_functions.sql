-- Functions behind a view ($1: its oid) that are not immutable, with whether settings alone decide their result.
-- Volatility is the server's own word; the list says which STABLE functions read settings and nothing else.
WITH rule AS (
    SELECT ev_action::text AS tree FROM pg_rewrite WHERE ev_class = $1::oid
), called AS (
    SELECT DISTINCT (regexp_matches(tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\d+)', 'g'))[1]::oid AS oid FROM rule
), input_casts AS (
    -- Text turned into a date or time can say 'today': it reads the clock. Into a reg* type: it reads the catalog.
    SELECT t.oid::regtype::text AS type
    FROM rule CROSS JOIN LATERAL regexp_matches(tree, '\{COERCEVIAIO.*?:resulttype (\d+)', 'g') AS m
    JOIN pg_type t ON t.oid = m[1]::oid
    WHERE t.typcategory IN ('D', 'T') OR t.typname LIKE 'reg%'
)
SELECT p.proname::text AS name, p.oid::regprocedure::text AS signature,
       CASE WHEN p.proretset THEN 'set'
            WHEN p.provolatile = 'v' OR p.prokind = 'a' THEN 'volatile'
            ELSE 'stable' END AS problem,
       p.provolatile::text AS volatility
FROM called JOIN pg_proc p ON p.oid = called.oid JOIN pg_namespace n ON n.oid = p.pronamespace
WHERE CASE WHEN p.prokind = 'a'  -- an aggregate itself is always immutable; what it calls need not be
           THEN EXISTS (SELECT FROM pg_aggregate a JOIN pg_proc f ON f.oid IN (a.aggtransfn, a.aggfinalfn)
                        WHERE a.aggfnoid = p.oid AND f.provolatile = 'v')
           WHEN p.provolatile = 'i' THEN p.proretset
           ELSE NOT (n.nspname = 'pg_catalog' AND p.provolatile = 's' AND NOT p.proretset AND (
               p.proname IN ('date_trunc', 'date_part', 'extract', 'timestamptz', 'timestamp', 'date', 'time', 'timetz',
                             'timezone', 'to_char', 'to_date', 'to_timestamp', 'to_number', 'make_timestamptz',
                             'concat', 'concat_ws', 'textanycat', 'anytextcat', 'to_json', 'to_jsonb', 'quote_literal',
                             'quote_nullable', 'array_to_string')
               OR p.proname ~ '^(date|timestamp|timestamptz)_(eq|ne|lt|le|gt|ge|cmp)_(date|timestamp|timestamptz)$'
               OR p.proname IN ('timestamptz_pl_interval', 'timestamptz_mi_interval', 'interval_pl_timestamptz')
           ) AND NOT (p.proname = 'now' AND p.pronargs = 0))
      END
UNION ALL
SELECT type, 'text to ' || type, 'input', 's' FROM input_casts
ORDER BY 1, 2
