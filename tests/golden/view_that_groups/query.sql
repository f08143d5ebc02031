SELECT g.kind, max(g.n) AS most, sum(g.total) AS total FROM by_kind g GROUP BY g.kind
