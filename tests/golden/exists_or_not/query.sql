SELECT c.kind, count(*) FILTER (WHERE EXISTS (SELECT FROM parent p WHERE p.id = c.quantity)) AS n
FROM child c WHERE c.flag OR NOT EXISTS (SELECT FROM parent p WHERE p.id = c.parent_id) GROUP BY c.kind
