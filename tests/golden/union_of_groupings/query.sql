SELECT kind, count(*) AS n FROM child GROUP BY kind UNION ALL SELECT region, count(*) FROM parent GROUP BY region
