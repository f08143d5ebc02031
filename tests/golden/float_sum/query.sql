SELECT name, sum(size) AS size FROM typed GROUP BY name
