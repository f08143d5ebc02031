 SELECT child.kind,
    count(*) FILTER (WHERE child.flag) AS flagged,
    sum(child.amount) FILTER (WHERE (child.quantity > 2)) AS big
   FROM public.child
  WHERE (child.amount IS NOT NULL)
  GROUP BY child.kind
