 SELECT p.region,
    f."Kind",
    count(*) AS n,
    sum(f.value) AS value
   FROM (( SELECT child.id,
            child.parent_id,
            child.kind AS "Kind",
            (child.amount * (child.quantity)::numeric) AS value
           FROM public.child
          WHERE child.flag) f
     JOIN public.parent p ON ((p.id = f.parent_id)))
  WHERE (f.value > (0)::numeric)
  GROUP BY p.region, f."Kind"
