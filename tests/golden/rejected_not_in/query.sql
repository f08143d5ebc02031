SELECT kind, count(*) AS n FROM child WHERE parent_id NOT IN (SELECT id FROM parent) GROUP BY kind
