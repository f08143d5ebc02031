 SELECT child.kind
   FROM public.child
UNION ALL
 SELECT parent.region AS kind
   FROM public.parent
