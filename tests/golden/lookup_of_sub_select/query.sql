SELECT t.label, f.day, sum(f.x) AS x
FROM (SELECT parent_id, day, amount AS x FROM child UNION ALL SELECT parent_id, day, cost FROM other) f
LEFT JOIN (SELECT id, coalesce(region, '?') AS label FROM parent WHERE active) t ON t.id = f.parent_id
GROUP BY t.label, f.day
