SELECT kind, bool_and(flag) AS all_set, bool_or(quantity > 3) AS any_big, every(flag) FILTER (WHERE small > 0) AS e
FROM child GROUP BY kind
