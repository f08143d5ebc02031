SELECT p.region, c.kind, sum(c.amount) AS total, sum((c.quantity + 1) * p.weight) AS weighted
FROM child c JOIN parent p ON p.id = c.parent_id WHERE p.active GROUP BY p.region, c.kind
