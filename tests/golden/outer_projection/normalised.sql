 SELECT g.region,
    (g.cost * 1.19) AS gross,
    CURRENT_TIMESTAMP AS refreshed_at
   FROM ( SELECT p.region,
            sum(o.cost) AS cost
           FROM (public.other o
             JOIN public.parent p ON ((p.id = o.parent_id)))
          GROUP BY p.region) g
  WHERE (g.cost > (0)::numeric)
