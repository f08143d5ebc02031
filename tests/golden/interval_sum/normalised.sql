 SELECT typed.name,
    sum(typed.span) AS span
   FROM public.typed
  GROUP BY typed.name
