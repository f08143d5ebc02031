 SELECT t.label,
    f.day,
    sum(f.x) AS x
   FROM (( SELECT child.parent_id,
            child.day,
            child.amount AS x
           FROM public.child
        UNION ALL
         SELECT other.parent_id,
            other.day,
            other.cost
           FROM public.other) f
     LEFT JOIN ( SELECT parent.id,
            COALESCE(parent.region, '?'::text) AS label
           FROM public.parent
          WHERE parent.active) t ON ((t.id = f.parent_id)))
  GROUP BY t.label, f.day
