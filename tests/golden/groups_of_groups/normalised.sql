 SELECT g.kind,
    max(g.n) AS most
   FROM ( SELECT child.kind,
            child.day,
            count(*) AS n
           FROM public.child
          GROUP BY child.kind, child.day) g
  GROUP BY g.kind
