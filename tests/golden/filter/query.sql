SELECT kind, count(*) FILTER (WHERE flag) AS flagged, sum(amount) FILTER (WHERE quantity > 2) AS big
FROM child WHERE amount IS NOT NULL GROUP BY kind
