 SELECT child.kind,
    count(*) AS n
   FROM public.child
  WHERE (((child.day >= '2026-01-01'::date) AND (child.day <= '2026-06-30'::date)) AND (child.kind = ANY (ARRAY['a'::text, 'b'::text])) AND (NOT ((child.quantity = 3) OR (child.quantity IS NULL))) AND child.flag AND (child.amount >= (10)::numeric) AND (child.big <> '5000000000'::bigint) AND (child.quantity <> ALL (ARRAY[7, 8])))
  GROUP BY child.kind
