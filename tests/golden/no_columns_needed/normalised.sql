 SELECT p.region,
    count(*) AS n
   FROM public.parent p,
    public.other o
  GROUP BY p.region
