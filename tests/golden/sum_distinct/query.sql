SELECT kind, sum(DISTINCT quantity) AS q FROM child GROUP BY kind
