 SELECT j.kind,
    count(*) AS n
   FROM (public.child c
     JOIN public.parent p ON ((p.id = c.parent_id))) j(a, b, kind, day, at, amount, quantity, small, big, flag, id, region, weight, active)
  GROUP BY j.kind
