 SELECT child.kind,
    count(*) AS n
   FROM public.child
  WHERE ((child.kind ~~ 'a%'::text) AND (child.day < '2026-01-01 00:00:00+00'::timestamp with time zone) AND ((child.quantity + 1) > 2) AND (upper(child.kind) = 'A'::text) AND (child.at < '2026-01-01 00:00:00+00'::timestamp with time zone) AND (child.small = (70000)::smallint) AND (child.quantity = ('5'::text)::integer) AND (child.amount > (child.quantity)::numeric))
  GROUP BY child.kind
