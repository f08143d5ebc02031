SELECT c.parent_id, (SELECT p.region FROM parent p WHERE p.id = c.parent_id) AS region,
    sum(c.quantity * (SELECT coalesce(p.weight, 1) FROM parent p WHERE p.id = c.parent_id)) AS w
FROM child c GROUP BY c.parent_id
