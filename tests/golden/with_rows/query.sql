WITH w (p, k, v) AS MATERIALIZED (SELECT parent_id, kind, amount FROM child WHERE flag),
     twice AS (SELECT p, v FROM w UNION ALL SELECT p, v FROM w)
SELECT w.k, count(*) AS n, sum(t.v) AS v FROM w JOIN twice AS t ON t.p = w.p GROUP BY w.k
