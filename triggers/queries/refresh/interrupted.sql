-- Refreshes that were running when their daemon went away.
UPDATE freshet.refresh_log
SET refresh_status = 'failed', refresh_completed_at = clock_timestamp(), error_message = 'interrupted: the process ended'
WHERE refresh_status = 'running' AND refresh_started_at < clock_timestamp() - $1::interval
