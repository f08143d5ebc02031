SELECT p.region, sum(c.amount) AS total FROM child c JOIN parent p ON p.id = c.parent_id WHERE c.flag
GROUP BY p.region
