SELECT parent_id, min(quantity) AS lo, max(quantity) AS hi, min(day) AS first, max(kind) AS last
FROM child GROUP BY parent_id
