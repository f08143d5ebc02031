SELECT kind, sum(quantity) AS q, rank() OVER (ORDER BY sum(quantity) DESC, kind) AS place,
    sum(sum(quantity)) OVER () AS total
FROM child GROUP BY kind HAVING count(*) > 1 ORDER BY place LIMIT 10
