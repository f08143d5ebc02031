SELECT c.kind, count(u.id) AS n FROM child c LEFT JOIN (SELECT id FROM parent UNION ALL SELECT id FROM other) u
ON u.id = c.parent_id GROUP BY c.kind
