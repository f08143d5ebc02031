SELECT g.day, g.q FROM (SELECT day, sum(quantity) AS q FROM child GROUP BY day) g WHERE g.q > 3
