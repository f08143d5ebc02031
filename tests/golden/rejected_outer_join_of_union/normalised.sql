 SELECT c.kind,
    count(u.id) AS n
   FROM (public.child c
     LEFT JOIN ( SELECT parent.id
           FROM public.parent
        UNION ALL
         SELECT other.id
           FROM public.other) u ON ((u.id = c.parent_id)))
  GROUP BY c.kind
