SELECT f.name, count(*) AS n
FROM (SELECT name FROM typed UNION ALL SELECT kind COLLATE "C" FROM child UNION ALL SELECT region FROM parent) f
WHERE f.name < 'b' GROUP BY f.name
