SELECT kind FROM child UNION ALL SELECT region FROM parent
