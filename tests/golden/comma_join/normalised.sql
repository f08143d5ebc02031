 SELECT p.region,
    count(*) AS n
   FROM public.parent p,
    public.child c
  WHERE (c.parent_id = p.id)
  GROUP BY p.region
