 SELECT ("Größe"."user" % 2) AS k0,
    "Größe".x1 AS "Ünïcode ""Ausgabe""",
    "Größe"."Ünïcode Spalte" AS x,
    sum("Größe".sign) AS sign,
    max("Größe".v) AS v,
    count(DISTINCT "Größe".n) AS n,
    sum("Größe"."select") FILTER (WHERE (("Größe".r <> "Größe".t) AND ("Größe".s0 = 'it''s \\'::text))) AS "order",
    count("Größe".u) AS t,
    min("Größe"."it's") AS "it's",
    max("Größe"."a""b") AS "a""b",
    sum(("Größe".delta + ("Größe".d1 * "Größe".k0))) AS delta
   FROM public."Größe"
  GROUP BY ("Größe"."user" % 2), "Größe".x1, "Größe"."Ünïcode Spalte"
