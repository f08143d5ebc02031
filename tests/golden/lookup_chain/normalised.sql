 SELECT b.kind,
    p.region,
    string_agg(c.kind, ','::text ORDER BY c.kind) AS kinds,
    sum((c.amount - b.amount)) AS more
   FROM ((public.child c
     LEFT JOIN public.child b ON ((b.id = c.quantity)))
     LEFT JOIN public.parent p ON ((p.id = b.parent_id)))
  GROUP BY b.kind, p.region
