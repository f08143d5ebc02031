 SELECT child.kind,
    count(*) AS n
   FROM public.child
  GROUP BY child.kind
UNION ALL
 SELECT parent.region AS kind,
    count(*) AS n
   FROM public.parent
  GROUP BY parent.region
