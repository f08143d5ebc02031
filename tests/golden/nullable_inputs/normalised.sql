 SELECT child.kind,
    count(child.amount) AS n,
    sum(child.amount) AS total,
    avg(child.amount) AS mean
   FROM public.child
  GROUP BY child.kind
