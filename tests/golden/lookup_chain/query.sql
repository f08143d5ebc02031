SELECT b.kind, p.region, string_agg(c.kind, ',' ORDER BY c.kind) AS kinds, sum(c.amount - b.amount) AS more
FROM child c LEFT JOIN child b ON b.id = c.quantity LEFT JOIN parent p ON p.id = b.parent_id
GROUP BY b.kind, p.region
