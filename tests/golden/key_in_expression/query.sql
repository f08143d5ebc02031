SELECT kind || '!' AS shouted, kind, count(*) + 0 AS n FROM child GROUP BY kind
