-- $1: whether writers should ring. The other bit, the log slot, stays. Nobody waits for the disk: after a crash of the server
-- the bell is set anew.
SELECT set_config('synchronous_commit', 'off', true),
       setval('freshet.doorbell', (last_value & 1) | CASE WHEN $1::boolean THEN 2 ELSE 0 END)
FROM freshet.doorbell
