 SELECT outermost.k,
    sum(outermost.v) AS v
   FROM ( SELECT inner_one.k,
            (inner_one.v * (2)::numeric) AS v
           FROM ( SELECT lower(child.kind) AS k,
                    (child.amount + (1)::numeric) AS v
                   FROM public.child
                  WHERE (child.quantity > 1)) inner_one
          WHERE (inner_one.v > (2)::numeric)) outermost
  WHERE ((outermost.v < (1000)::numeric) OR (outermost.k IS NULL))
  GROUP BY outermost.k
