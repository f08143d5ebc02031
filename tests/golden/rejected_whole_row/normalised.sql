 SELECT c.kind,
    count(c.*) AS n
   FROM public.child c
  GROUP BY c.kind
