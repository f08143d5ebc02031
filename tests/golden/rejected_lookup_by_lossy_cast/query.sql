SELECT t.state, count(p.id) AS n FROM typed t LEFT JOIN parent p ON p.id = t.size GROUP BY t.state
