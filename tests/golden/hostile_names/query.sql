SELECT "user" % 2 AS k0, x1 AS "Ünïcode ""Ausgabe""", "Ünïcode Spalte" AS x, sum(sign) AS sign, max(v) AS v,
    count(DISTINCT n) AS n, sum("select") FILTER (WHERE r <> t AND s0 = 'it''s \\') AS "order", count(u) AS t,
    min("it's") AS "it's", max("a""b") AS "a""b", sum(delta + d1 * k0) AS delta
FROM "Größe" GROUP BY "user" % 2, x1, "Ünïcode Spalte"
