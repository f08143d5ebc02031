 SELECT p.region,
    count(c.id) AS n
   FROM (public.parent p
     FULL JOIN public.child c ON ((c.parent_id = p.id)))
  GROUP BY p.region
