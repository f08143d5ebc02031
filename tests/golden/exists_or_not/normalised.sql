 SELECT c.kind,
    count(*) FILTER (WHERE (EXISTS ( SELECT
           FROM public.parent p
          WHERE (p.id = c.quantity)))) AS n
   FROM public.child c
  WHERE (c.flag OR (NOT (EXISTS ( SELECT
           FROM public.parent p
          WHERE (p.id = c.parent_id)))))
  GROUP BY c.kind
