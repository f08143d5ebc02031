SELECT kind, sum(quantity) AS q FROM child GROUP BY kind
