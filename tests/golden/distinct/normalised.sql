 SELECT DISTINCT c.kind,
    p.region
   FROM (public.child c
     JOIN public.parent p ON ((p.id = c.parent_id)))
