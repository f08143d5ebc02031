 SELECT keyless.b,
    count(*) AS n
   FROM public.keyless
  GROUP BY keyless.b
