SELECT j.kind, count(*) AS n FROM (child c JOIN parent p ON p.id = c.parent_id) AS j(a, b, kind) GROUP BY j.kind
