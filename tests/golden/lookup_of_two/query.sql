SELECT c.kind, count(o.id) AS n FROM child c LEFT JOIN (parent p JOIN other o ON o.id = p.id) ON p.id = c.parent_id
GROUP BY c.kind
