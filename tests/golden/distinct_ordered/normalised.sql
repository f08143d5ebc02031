 SELECT DISTINCT child.kind
   FROM public.child
  ORDER BY child.kind DESC
