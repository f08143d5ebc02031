 SELECT child.kind,
    count(*) AS n
   FROM public.child
  WHERE (NOT (child.parent_id IN ( SELECT parent.id
           FROM public.parent)))
  GROUP BY child.kind
