SELECT b, sum(c) AS c, count(*) AS n FROM keyless WHERE a > 0 GROUP BY b
