-- Of each view in place: how many seconds ago a proof of all of it ended, or without one, since it was built.
SELECT v.id, extract(epoch FROM now() - coalesce(max(p.ended_at), v.created_at))::float8 AS age
FROM freshet.view v LEFT JOIN freshet.proof p ON p.view_id = v.id AND p.tenant IS NULL
WHERE v.state = 'ready'
GROUP BY v.id
ORDER BY 2 DESC
