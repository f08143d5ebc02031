 SELECT g.kind,
    p.region
   FROM (( SELECT child.kind,
            child.parent_id
           FROM public.child
          GROUP BY child.kind, child.parent_id) g
     JOIN public.parent p ON ((p.id = g.parent_id)))
