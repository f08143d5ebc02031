SELECT p.region, c.kind, o.day, count(*) AS n, sum(c.amount * o.cost) AS x
FROM parent p JOIN child c ON c.parent_id = p.id JOIN other o ON o.parent_id = p.id GROUP BY 1, 2, 3
