 SELECT (child.kind || '!'::text) AS shouted,
    child.kind,
    (count(*) + 0) AS n
   FROM public.child
  GROUP BY child.kind
