SELECT f.parent_id, sum(f.x / 2) AS halves, count(f.label) AS labels
FROM (SELECT parent_id, quantity AS x, kind AS label FROM child
    UNION ALL SELECT parent_id, cost, NULL FROM other
    UNION ALL SELECT id, 1, 'parent' FROM parent) f
GROUP BY f.parent_id
