SELECT parent_id, kind AS k0, day, day AS again, sum(amount) AS x FROM child GROUP BY parent_id, kind, day
