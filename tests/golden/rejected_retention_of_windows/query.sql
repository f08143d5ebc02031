SELECT day, rank() OVER (ORDER BY day) AS place FROM child GROUP BY day
