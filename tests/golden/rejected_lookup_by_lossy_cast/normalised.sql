 SELECT t.state,
    count(p.id) AS n
   FROM (public.typed t
     LEFT JOIN public.parent p ON (((p.id)::double precision = t.size)))
  GROUP BY t.state
