-- $1: whether writers should ring. The other bit, the log slot, stays.
SELECT setval('freshet.doorbell', (last_value & 1) | CASE WHEN $1::boolean THEN 2 ELSE 0 END) FROM freshet.doorbell
