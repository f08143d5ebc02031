 SELECT child.day,
    rank() OVER (ORDER BY child.day) AS place
   FROM public.child
  GROUP BY child.day
