SELECT u.k, sum(u.v / 2) AS halves FROM (
    SELECT k, v FROM (SELECT kind AS k, quantity AS v FROM child UNION ALL SELECT region, id FROM parent) a WHERE v > 1
    UNION ALL SELECT NULL, cost FROM other) u GROUP BY u.k
