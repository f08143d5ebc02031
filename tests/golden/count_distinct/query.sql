SELECT day, count(DISTINCT kind) AS kinds, count(DISTINCT parent_id) FILTER (WHERE flag) AS parents
FROM child GROUP BY day
