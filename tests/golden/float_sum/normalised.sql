 SELECT typed.name,
    sum(typed.size) AS size
   FROM public.typed
  GROUP BY typed.name
