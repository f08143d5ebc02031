SELECT p.region, c.kind, count(*) AS n, count(p.id) AS found, sum(c.quantity * p.weight) AS weighted
FROM child c LEFT JOIN parent p ON p.id = c.parent_id AND p.active
WHERE c.flag AND coalesce(p.region, 'none') <> 'north'
GROUP BY p.region, c.kind
