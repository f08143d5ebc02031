SELECT kind, count(*) AS n FROM child
WHERE kind LIKE 'a%' AND day < timestamptz '2026-01-01 00:00+00' AND quantity + 1 > 2 AND upper(kind) = 'A'
    AND at < '2026-01-01 00:00+00' AND small = 70000::smallint AND quantity = '5'::text::int AND amount > quantity
GROUP BY kind
