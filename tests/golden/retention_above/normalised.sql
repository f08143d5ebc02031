 SELECT g.day,
    g.q
   FROM ( SELECT child.day,
            sum(child.quantity) AS q
           FROM public.child
          GROUP BY child.day) g
  WHERE (g.q > 3)
