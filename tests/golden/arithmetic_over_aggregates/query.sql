SELECT kind, coalesce(sum(amount), 0) * 0.2 + count(*) AS score,
    CASE WHEN count(*) > 3 THEN avg(amount) - 1 ELSE 0 END AS mean
FROM child GROUP BY kind
