SELECT kind, sum(quantity) AS q, sum(small) AS s, sum(big) AS b, avg(big) AS m FROM child GROUP BY kind
