 SELECT child.kind,
    count(*) AS n
   FROM public.child
  WHERE (child.day > (CURRENT_DATE - 7))
  GROUP BY child.kind
