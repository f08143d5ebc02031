 WITH w(p, k, v) AS MATERIALIZED (
         SELECT child.parent_id,
            child.kind,
            child.amount
           FROM public.child
          WHERE child.flag
        ), twice AS (
         SELECT w_1.p,
            w_1.v
           FROM w w_1
        UNION ALL
         SELECT w_1.p,
            w_1.v
           FROM w w_1
        )
 SELECT w.k,
    count(*) AS n,
    sum(t.v) AS v
   FROM (w
     JOIN twice t ON ((t.p = w.p)))
  GROUP BY w.k
