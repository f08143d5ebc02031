 SELECT child.parent_id,
    min(child.quantity) AS lo,
    max(child.quantity) AS hi,
    min(child.day) AS first,
    max(child.kind) AS last
   FROM public.child
  GROUP BY child.parent_id
