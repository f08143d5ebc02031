-- The first statement of a refresh: pins the time zone and takes the view's turn, or fails at once if another daemon
-- has it. $1: view, $2: time zone, $3: retention interval or NULL, $4: whether its end need not wait for the disk.
SELECT p.snapshot::text AS snapshot, p.generation, p.horizon, pg_current_snapshot()::text AS present_snapshot,
       now()::text AS present, extract(epoch FROM now())::float8 AS present_epoch,
       ((now() AT TIME ZONE $2)::date - $3::interval)::date::text AS wanted_horizon,
       v.state = 'broken' AS broken,
       pg_snapshot_xmax(p.snapshot) > pg_snapshot_xmax(pg_current_snapshot()) AS ahead
FROM freshet.position p JOIN freshet.view v ON v.id = p.view_id, set_config('TimeZone', $2, true) AS zone,
     set_config('synchronous_commit', CASE WHEN $4::boolean THEN 'off' ELSE current_setting('synchronous_commit') END, true) AS durability
WHERE p.view_id = $1::integer AND p.node = 'local'
FOR UPDATE OF p NOWAIT
