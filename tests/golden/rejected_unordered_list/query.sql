SELECT kind, array_agg(quantity) AS q FROM child GROUP BY kind
