SELECT p.region, count(*) AS n FROM parent p, child c WHERE c.parent_id = p.id GROUP BY p.region
