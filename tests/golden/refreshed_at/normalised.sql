 SELECT child.kind,
    now() AS written,
    count(*) AS n,
    CURRENT_TIMESTAMP AS refreshed_at
   FROM public.child
  GROUP BY child.kind
