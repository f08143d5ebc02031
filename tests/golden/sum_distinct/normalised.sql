 SELECT child.kind,
    sum(DISTINCT child.quantity) AS q
   FROM public.child
  GROUP BY child.kind
