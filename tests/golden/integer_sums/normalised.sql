 SELECT child.kind,
    sum(child.quantity) AS q,
    sum(child.small) AS s,
    sum(child.big) AS b,
    avg(child.big) AS m
   FROM public.child
  GROUP BY child.kind
