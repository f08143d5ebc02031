 SELECT date_trunc('day'::text, typed.moment) AS day,
    EXTRACT(hour FROM typed.moment) AS hour,
    sum((((typed.hours * 2))::numeric - typed.ratio)) AS a,
    count((typed.hours)::text) AS b,
    count(COALESCE(typed.name, 'x'::character varying)) AS c,
    count(
        CASE
            WHEN (typed.hours > 1) THEN 1
            ELSE 0
        END) AS d,
    count((typed.hours / 2)) AS e
   FROM public.typed
  GROUP BY (date_trunc('day'::text, typed.moment)), (EXTRACT(hour FROM typed.moment))
