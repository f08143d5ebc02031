 SELECT child.kind,
    array_agg(child.quantity) AS q
   FROM public.child
  GROUP BY child.kind
