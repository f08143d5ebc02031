SELECT g.kind, max(g.n) AS most FROM (SELECT kind, day, count(*) AS n FROM child GROUP BY kind, day) g GROUP BY g.kind
