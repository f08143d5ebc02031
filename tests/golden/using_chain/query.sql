SELECT parent_id, count(*) AS n, min(o.cost) AS cost, sum(c.amount) AS amount
FROM child c JOIN other o USING (parent_id, day) GROUP BY parent_id
