SELECT DISTINCT ON (kind) kind, day, count(*) AS n FROM child GROUP BY kind, day ORDER BY kind, count(*) DESC, day
