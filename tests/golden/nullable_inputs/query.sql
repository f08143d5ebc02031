SELECT kind, count(amount) AS n, sum(amount) AS total, avg(amount) AS mean FROM child GROUP BY 1
