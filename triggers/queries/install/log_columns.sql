-- The columns of a source's log ($1: its id); no row if there is no log. The view over both tables comes last when a log is
-- made or extended, so what it has they have.
SELECT a.attname::text FROM pg_attribute a
WHERE a.attrelid = to_regclass('freshet.log_' || $1) AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
