 SELECT p.region,
    c.kind,
    count(*) AS n,
    count(p.id) AS found,
    sum(((c.quantity)::numeric * p.weight)) AS weighted
   FROM (public.child c
     LEFT JOIN public.parent p ON (((p.id = c.parent_id) AND p.active)))
  WHERE (c.flag AND (COALESCE(p.region, 'none'::text) <> 'north'::text))
  GROUP BY p.region, c.kind
