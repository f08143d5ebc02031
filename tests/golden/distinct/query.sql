SELECT DISTINCT c.kind, p.region FROM child c JOIN parent p ON p.id = c.parent_id
