WITH sold AS (SELECT parent_id, sum(amount) AS amount FROM child GROUP BY parent_id),
    spent AS (SELECT parent_id, sum(cost) AS cost FROM other GROUP BY parent_id)
SELECT coalesce(sold.parent_id, spent.parent_id) AS parent_id, sold.amount, spent.cost
FROM sold FULL JOIN spent ON spent.parent_id = sold.parent_id
