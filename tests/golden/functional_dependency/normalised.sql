 SELECT p.id,
    p.region,
    p.weight,
    count(*) AS n
   FROM (public.parent p
     JOIN public.child c ON ((c.parent_id = p.id)))
  GROUP BY p.id
