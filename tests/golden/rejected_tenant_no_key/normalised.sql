 SELECT child.kind,
    sum(child.quantity) AS q
   FROM public.child
  GROUP BY child.kind
