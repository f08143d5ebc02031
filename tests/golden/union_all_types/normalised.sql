 SELECT f.parent_id,
    sum((f.x / (2)::numeric)) AS halves,
    count(f.label) AS labels
   FROM ( SELECT child.parent_id,
            child.quantity AS x,
            child.kind AS label
           FROM public.child
        UNION ALL
         SELECT other.parent_id,
            other.cost,
            NULL::text
           FROM public.other
        UNION ALL
         SELECT parent.id,
            1,
            'parent'::text
           FROM public.parent) f
  GROUP BY f.parent_id
