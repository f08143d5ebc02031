 SELECT p.region,
    sum(c.amount) AS total
   FROM (public.child c
     JOIN public.parent p ON ((p.id = c.parent_id)))
  WHERE c.flag
  GROUP BY p.region
