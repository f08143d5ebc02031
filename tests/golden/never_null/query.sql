SELECT date_trunc('day', moment) AS day, extract(hour FROM moment) AS hour, sum(hours * 2 - ratio) AS a,
    count(hours::text) AS b, count(coalesce(name, 'x')) AS c, count(CASE WHEN hours > 1 THEN 1 ELSE 0 END) AS d,
    count(hours / 2) AS e
FROM typed GROUP BY 1, 2
