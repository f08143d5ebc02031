 SELECT child.kind,
    sum(child.quantity) AS q,
    rank() OVER (ORDER BY (sum(child.quantity)) DESC, child.kind) AS place,
    sum(sum(child.quantity)) OVER () AS total
   FROM public.child
  GROUP BY child.kind
 HAVING (count(*) > 1)
  ORDER BY (rank() OVER (ORDER BY (sum(child.quantity)) DESC, child.kind))
 LIMIT 10
