SELECT kind, max(day) AS day FROM child GROUP BY kind
