SELECT p.region, count(*) AS n FROM parent p WHERE EXISTS (SELECT FROM child c WHERE c.parent_id = p.id) GROUP BY p.region
