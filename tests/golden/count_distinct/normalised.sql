 SELECT child.day,
    count(DISTINCT child.kind) AS kinds,
    count(DISTINCT child.parent_id) FILTER (WHERE child.flag) AS parents
   FROM public.child
  GROUP BY child.day
