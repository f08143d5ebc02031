 SELECT child.kind,
    count(*) AS n
   FROM public.child
  GROUP BY child.kind
 HAVING (count(*) > 1)
