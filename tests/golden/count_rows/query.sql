SELECT kind, count(*) AS n FROM child GROUP BY kind
