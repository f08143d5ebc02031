 SELECT p.region,
    count(*) AS n
   FROM public.parent p
  WHERE (EXISTS ( SELECT
           FROM public.child c
          WHERE (c.parent_id = p.id)))
  GROUP BY p.region
