 SELECT c.parent_id,
    ( SELECT p.region
           FROM public.parent p
          WHERE (p.id = c.parent_id)) AS region,
    sum(((c.quantity)::numeric * ( SELECT COALESCE(p.weight, (1)::numeric) AS "coalesce"
           FROM public.parent p
          WHERE (p.id = c.parent_id)))) AS w
   FROM public.child c
  GROUP BY c.parent_id
