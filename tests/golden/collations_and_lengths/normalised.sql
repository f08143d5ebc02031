 SELECT typed.name,
    typed.fixed,
    count(DISTINCT upper((typed.name)::text)) AS names,
    min(((typed.name)::text COLLATE "POSIX")) AS first,
    sum(typed.ratio) AS ratio
   FROM public.typed
  WHERE (((typed.name)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])) AND (typed.fixed = 'x'::bpchar))
  GROUP BY typed.name, typed.fixed
