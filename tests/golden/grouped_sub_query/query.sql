SELECT kind, (SELECT max(o.cost) FROM other o) AS dearest FROM child GROUP BY kind
