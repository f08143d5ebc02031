SELECT outermost.k, sum(outermost.v) AS v
FROM (SELECT inner_one.k, inner_one.v * 2 AS v
    FROM (SELECT lower(kind) AS k, amount + 1 AS v FROM child WHERE quantity > 1) inner_one
    WHERE inner_one.v > 2) outermost
WHERE outermost.v < 1000 OR outermost.k IS NULL GROUP BY outermost.k
