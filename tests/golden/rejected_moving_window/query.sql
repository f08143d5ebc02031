SELECT kind, count(*) AS n FROM child WHERE day > CURRENT_DATE - 7 GROUP BY kind
