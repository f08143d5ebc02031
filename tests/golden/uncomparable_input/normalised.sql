 SELECT typed.state,
    count(typed.doc) AS documents,
    count(*) AS n
   FROM public.typed
  GROUP BY typed.state
