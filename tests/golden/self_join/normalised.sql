 SELECT a.kind,
    count(*) AS pairs,
    sum((a.amount - b.amount)) AS d
   FROM (public.child a
     JOIN public.child b ON (((a.parent_id = b.parent_id) AND (a.day < b.day))))
  WHERE (a.flag AND (b.quantity = 3))
  GROUP BY a.kind
