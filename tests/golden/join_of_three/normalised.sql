 SELECT p.region,
    c.kind,
    o.day,
    count(*) AS n,
    sum((c.amount * o.cost)) AS x
   FROM ((public.parent p
     JOIN public.child c ON ((c.parent_id = p.id)))
     JOIN public.other o ON ((o.parent_id = p.id)))
  GROUP BY p.region, c.kind, o.day
