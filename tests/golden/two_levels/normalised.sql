 WITH sold AS (
         SELECT child.parent_id,
            sum(child.amount) AS amount
           FROM public.child
          GROUP BY child.parent_id
        ), spent AS (
         SELECT other.parent_id,
            sum(other.cost) AS cost
           FROM public.other
          GROUP BY other.parent_id
        )
 SELECT COALESCE(sold.parent_id, spent.parent_id) AS parent_id,
    sold.amount,
    spent.cost
   FROM (sold
     FULL JOIN spent ON ((spent.parent_id = sold.parent_id)))
