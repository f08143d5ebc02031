SELECT p.id, p.region, p.weight, count(*) AS n
FROM parent p JOIN child c ON c.parent_id = p.id GROUP BY p.id
