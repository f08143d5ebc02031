 SELECT a.parent_id,
    a.n,
    b.cost
   FROM (( SELECT child.parent_id,
            count(*) AS n
           FROM public.child
          GROUP BY child.parent_id) a
     JOIN ( SELECT other.parent_id,
            sum(other.cost) AS cost
           FROM public.other
          GROUP BY other.parent_id) b ON ((b.parent_id = a.parent_id)))
