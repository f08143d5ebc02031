SELECT kind, count(c) AS n FROM child c GROUP BY kind
