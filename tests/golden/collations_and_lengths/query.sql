SELECT name, fixed, count(DISTINCT upper(name)) AS names, min(name COLLATE "POSIX") AS first, sum(ratio) AS ratio
FROM typed WHERE name IN ('a', 'b') AND fixed = 'x' GROUP BY name, fixed
