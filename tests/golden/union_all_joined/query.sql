SELECT p.region, f.day, sum(f.income) AS income, sum(f.cost) AS cost
FROM (SELECT parent_id, day, amount AS income, NULL::numeric AS cost FROM child WHERE flag
    UNION ALL SELECT parent_id, day, NULL, cost FROM other) f
JOIN parent p ON p.id = f.parent_id GROUP BY p.region, f.day
