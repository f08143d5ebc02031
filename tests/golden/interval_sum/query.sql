SELECT name, sum(span) AS span FROM typed GROUP BY name
