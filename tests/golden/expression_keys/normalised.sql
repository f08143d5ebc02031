 SELECT upper(child.kind) AS k,
    (child.quantity % 3) AS bucket,
    (date_trunc('month'::text, (child.day)::timestamp with time zone))::date AS month,
    EXTRACT(year FROM child.day) AS year,
    count(*) AS n
   FROM public.child
  GROUP BY (upper(child.kind)), (child.quantity % 3), ((date_trunc('month'::text, (child.day)::timestamp with time zone))::date), (EXTRACT(year FROM child.day))
