 SELECT DISTINCT ON (child.kind) child.kind,
    child.day,
    count(*) AS n
   FROM public.child
  GROUP BY child.kind, child.day
  ORDER BY child.kind, (count(*)) DESC, child.day
