 SELECT c.kind,
    count(*) AS n
   FROM public.child c
  WHERE (EXISTS ( SELECT 1
           FROM public.parent p
          WHERE ((p.id = c.parent_id) AND p.active)))
  GROUP BY c.kind
