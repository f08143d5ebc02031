-- $1: how long refresh log rows are kept
DELETE FROM freshet.refresh_log WHERE refresh_started_at < now() - $1::interval
