 SELECT x.a,
    count(*) AS n
   FROM public.parent x(a, b, weight, active)
  GROUP BY x.a
