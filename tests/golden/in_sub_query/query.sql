SELECT kind, sum(amount) AS a FROM child WHERE parent_id IN (SELECT id FROM parent WHERE region = 'north') GROUP BY kind
