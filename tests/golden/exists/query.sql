SELECT c.kind, count(*) AS n FROM child c WHERE EXISTS (SELECT 1 FROM parent p WHERE p.id = c.parent_id AND p.active)
GROUP BY c.kind
