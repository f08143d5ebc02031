SELECT b, count(*) AS n FROM keyless GROUP BY b
