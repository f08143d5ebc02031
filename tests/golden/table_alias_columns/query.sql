SELECT x.a, count(*) AS n FROM parent AS x(a, b) GROUP BY x.a
