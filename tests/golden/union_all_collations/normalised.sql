 SELECT f.name,
    count(*) AS n
   FROM ( SELECT typed.name
           FROM public.typed
        UNION ALL
         SELECT (child.kind COLLATE "C") AS kind
           FROM public.child
        UNION ALL
         SELECT parent.region
           FROM public.parent) f
  WHERE ((f.name)::text < 'b'::text)
  GROUP BY f.name
