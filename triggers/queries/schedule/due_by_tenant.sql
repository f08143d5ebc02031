-- The same for each tenant in its own time zone; the user's query goes where the braces are. $1: local time of day.
SELECT q.tenant::text AS tenant,
       extract(epoch FROM CASE WHEN today > now() THEN today ELSE tomorrow END)::float8 AS due
FROM ({query}) AS q(tenant, timezone)
CROSS JOIN LATERAL (SELECT (((now() AT TIME ZONE q.timezone)::date + $1::time) AT TIME ZONE q.timezone) AS today,
                           (((now() AT TIME ZONE q.timezone)::date + 1 + $1::time) AT TIME ZONE q.timezone) AS tomorrow) AS d
