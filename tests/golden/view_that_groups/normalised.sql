 SELECT g.kind,
    max(g.n) AS most,
    sum(g.total) AS total
   FROM ( SELECT child.kind,
            child.day,
            count(*) AS n,
            sum(child.amount) AS total
           FROM public.child
          GROUP BY child.kind, child.day) g
  GROUP BY g.kind
