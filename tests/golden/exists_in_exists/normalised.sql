 SELECT c.kind,
    count(*) AS n
   FROM public.child c
  WHERE (EXISTS ( SELECT
           FROM public.parent p
          WHERE ((p.id = c.parent_id) AND (NOT (EXISTS ( SELECT
                   FROM public.other o
                  WHERE (o.id = p.id)))))))
  GROUP BY c.kind
