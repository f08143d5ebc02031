SELECT a.parent_id, a.n, b.cost FROM (SELECT parent_id, count(*) AS n FROM child GROUP BY parent_id) a
    JOIN (SELECT parent_id, sum(cost) AS cost FROM other GROUP BY parent_id) b ON b.parent_id = a.parent_id
