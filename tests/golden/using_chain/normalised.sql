 SELECT c.parent_id,
    count(*) AS n,
    min(o.cost) AS cost,
    sum(c.amount) AS amount
   FROM (public.child c
     JOIN public.other o USING (parent_id, day))
  GROUP BY c.parent_id
