SELECT kind, count(*) AS n FROM child GROUP BY kind HAVING count(*) > 1
