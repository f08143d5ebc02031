 SELECT public.product((child.quantity)::numeric) AS p
   FROM public.child
