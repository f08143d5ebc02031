-- The server's time, and whether a daemon leads: one that holds the leader's advisory lock, "freshetL" as a number.
SELECT extract(epoch FROM clock_timestamp())::float8 AS now,
       EXISTS (SELECT FROM pg_locks l
               WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                 AND l.database = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())
                 AND (l.classid::bigint << 32 | l.objid::bigint) = $1::bigint) AS led
