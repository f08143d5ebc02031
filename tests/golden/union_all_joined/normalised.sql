 SELECT p.region,
    f.day,
    sum(f.income) AS income,
    sum(f.cost) AS cost
   FROM (( SELECT child.parent_id,
            child.day,
            child.amount AS income,
            NULL::numeric AS cost
           FROM public.child
          WHERE child.flag
        UNION ALL
         SELECT other.parent_id,
            other.day,
            NULL::numeric,
            other.cost
           FROM public.other) f
     JOIN public.parent p ON ((p.id = f.parent_id)))
  GROUP BY p.region, f.day
