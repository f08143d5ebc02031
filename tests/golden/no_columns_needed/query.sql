SELECT p.region, count(*) AS n FROM parent p, other o GROUP BY p.region
