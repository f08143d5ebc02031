 SELECT child.kind,
    ( SELECT max(o.cost) AS max
           FROM public.other o) AS dearest
   FROM public.child
  GROUP BY child.kind
