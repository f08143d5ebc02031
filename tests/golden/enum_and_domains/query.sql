SELECT state, code, tag, sum(price) AS price, count(*) FILTER (WHERE state = 'paid') AS paid, max(price) AS top
FROM typed WHERE state::text IN ('sent', 'paid') AND tag < 'm' GROUP BY state, code, tag
