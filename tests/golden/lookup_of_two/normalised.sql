 SELECT c.kind,
    count(o.id) AS n
   FROM (public.child c
     LEFT JOIN (public.parent p
     JOIN public.other o ON ((o.id = p.id))) ON ((p.id = c.parent_id)))
  GROUP BY c.kind
