SELECT upper(kind) AS k, quantity % 3 AS bucket, date_trunc('month', day)::date AS month,
    extract(year FROM day) AS year, count(*) AS n
FROM child GROUP BY upper(kind), quantity % 3, 3, 4
