SELECT c.kind, count(*) AS n FROM child c
WHERE EXISTS (SELECT FROM parent p WHERE p.id = c.parent_id AND NOT EXISTS (SELECT FROM other o WHERE o.id = p.id))
GROUP BY c.kind
