SELECT state, min(hours) AS lo FROM typed GROUP BY state
