SELECT g.kind, p.region FROM (SELECT kind, parent_id FROM child GROUP BY kind, parent_id) g JOIN parent p ON p.id = g.parent_id
