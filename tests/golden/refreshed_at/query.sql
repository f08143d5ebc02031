SELECT kind, now() AS written, count(*) AS n, CURRENT_TIMESTAMP AS refreshed_at FROM child GROUP BY kind
