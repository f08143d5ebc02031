SELECT p.region, count(c.id) AS n FROM parent p FULL JOIN child c ON c.parent_id = p.id GROUP BY p.region
