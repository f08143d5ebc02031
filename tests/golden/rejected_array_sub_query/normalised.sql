 SELECT p.region,
    count(ARRAY( SELECT c.id
           FROM public.child c
          WHERE (c.id = p.id))) AS n
   FROM public.parent p
  GROUP BY p.region
