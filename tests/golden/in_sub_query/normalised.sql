 SELECT child.kind,
    sum(child.amount) AS a
   FROM public.child
  WHERE (child.parent_id IN ( SELECT parent.id
           FROM public.parent
          WHERE (parent.region = 'north'::text)))
  GROUP BY child.kind
