SELECT kind, count(*) AS n FROM child
WHERE day BETWEEN '2026-01-01' AND '2026-06-30' AND kind IN ('a', 'b') AND NOT (quantity = 3 OR quantity IS NULL)
    AND flag AND amount >= 10 AND big <> 5000000000 AND quantity NOT IN (7, 8)
GROUP BY kind
