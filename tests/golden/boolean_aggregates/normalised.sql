 SELECT child.kind,
    bool_and(child.flag) AS all_set,
    bool_or((child.quantity > 3)) AS any_big,
    every(child.flag) FILTER (WHERE (child.small > 0)) AS e
   FROM public.child
  GROUP BY child.kind
