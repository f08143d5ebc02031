 SELECT a.parent,
    sum((a.x / (2)::numeric)) AS halves
   FROM ( SELECT child.parent_id AS parent,
            child.quantity AS x
           FROM public.child
        UNION ALL
         SELECT other.parent_id AS parent,
            other.cost AS x
           FROM public.other) a
  GROUP BY a.parent
