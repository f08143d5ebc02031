SELECT g.region, g.cost * 1.19 AS gross, CURRENT_TIMESTAMP AS refreshed_at
FROM (SELECT p.region, sum(o.cost) AS cost FROM other o JOIN parent p ON p.id = o.parent_id GROUP BY p.region) g
WHERE g.cost > 0
