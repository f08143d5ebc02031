 SELECT typed.state,
    min(typed.hours) AS lo
   FROM public.typed
  GROUP BY typed.state
