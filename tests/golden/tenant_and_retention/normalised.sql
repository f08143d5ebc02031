 SELECT child.parent_id,
    child.kind AS k0,
    child.day,
    child.day AS again,
    sum(child.amount) AS x
   FROM public.child
  GROUP BY child.parent_id, child.kind, child.day
