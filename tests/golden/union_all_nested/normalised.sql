 SELECT u.k,
    sum((u.v / (2)::numeric)) AS halves
   FROM ( SELECT a.k,
            a.v
           FROM ( SELECT child.kind AS k,
                    child.quantity AS v
                   FROM public.child
                UNION ALL
                 SELECT parent.region,
                    parent.id
                   FROM public.parent) a
          WHERE (a.v > 1)
        UNION ALL
         SELECT NULL::text,
            other.cost
           FROM public.other) u
  GROUP BY u.k
