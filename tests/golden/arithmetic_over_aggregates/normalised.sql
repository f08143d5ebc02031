 SELECT child.kind,
    ((COALESCE(sum(child.amount), (0)::numeric) * 0.2) + (count(*))::numeric) AS score,
        CASE
            WHEN (count(*) > 3) THEN (avg(child.amount) - (1)::numeric)
            ELSE (0)::numeric
        END AS mean
   FROM public.child
  GROUP BY child.kind
