 SELECT child.kind,
    max(child.day) AS day
   FROM public.child
  GROUP BY child.kind
