-- When a view is to be reconciled next. $1: local time of day, $2: time zone.
SELECT NULL::text AS tenant,
       extract(epoch FROM CASE WHEN today > now() THEN today ELSE tomorrow END)::float8 AS due
FROM (SELECT (((now() AT TIME ZONE $2)::date + $1::time) AT TIME ZONE $2) AS today,
             (((now() AT TIME ZONE $2)::date + 1 + $1::time) AT TIME ZONE $2) AS tomorrow) AS d
