 SELECT keyless.b,
    sum(keyless.c) AS c,
    count(*) AS n
   FROM public.keyless
  WHERE (keyless.a > 0)
  GROUP BY keyless.b
