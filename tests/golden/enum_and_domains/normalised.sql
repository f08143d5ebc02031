 SELECT typed.state,
    typed.code,
    typed.tag,
    sum((typed.price)::numeric) AS price,
    count(*) FILTER (WHERE (typed.state = 'paid'::public.order_state)) AS paid,
    max((typed.price)::numeric) AS top
   FROM public.typed
  WHERE (((typed.state)::text = ANY (ARRAY['sent'::text, 'paid'::text])) AND ((typed.tag)::text < 'm'::text))
  GROUP BY typed.state, typed.code, typed.tag
