-- Refreshes that ended in a period: one row for each view, and one without a name for all together.
-- $1: view name or NULL for all, $2: days back from now.
-- A row of the log may stand for many event-driven refreshes; its duration is their sum. So the average is exact, and
-- the 95th percentile is that of the rows' means, each as often as it stands for a refresh.
WITH chosen AS (
    SELECT view_name, refresh_status, refresh_count, duration_seconds, changes_applied, refresh_started_at,
           duration_seconds / refresh_count AS each,
           CASE WHEN strategy = 'reconcile' AND why LIKE 'predicted:%' THEN refresh_count ELSE 0 END AS chosen,
           CASE WHEN actual_seconds IS NOT NULL AND refresh_status = 'success'
                THEN CASE strategy WHEN 'reconcile' THEN predicted_reconcile_seconds
                                   ELSE predicted_fold_seconds END END AS predicted,
           actual_seconds AS actual
    FROM freshet.refresh_log
    WHERE refresh_started_at >= now() - make_interval(days => $2::integer) AND refresh_status <> 'running'
      AND ($1::text IS NULL OR view_name = $1)
), scoped AS (
    SELECT view_name AS scope, chosen.* FROM chosen UNION ALL SELECT NULL, chosen.* FROM chosen
), ranked AS (
    SELECT scoped.*, sum(refresh_count) OVER (PARTITION BY scope, refresh_status) AS all_alike,
           sum(refresh_count) OVER (PARTITION BY scope, refresh_status ORDER BY each
                                    ROWS UNBOUNDED PRECEDING) AS no_slower
    FROM scoped
)
SELECT scope AS view_name, sum(refresh_count)::bigint AS total,
       coalesce(sum(refresh_count) FILTER (WHERE refresh_status = 'success'), 0)::bigint AS succeeded,
       coalesce(sum(refresh_count) FILTER (WHERE refresh_status = 'failed'), 0)::bigint AS failed,
       (sum(duration_seconds) FILTER (WHERE refresh_status = 'success')
           / sum(refresh_count) FILTER (WHERE refresh_status = 'success'))::float8 AS average_seconds,
       (min(each) FILTER (WHERE refresh_status = 'success' AND no_slower >= 0.95 * all_alike))::float8 AS p95_seconds,
       (max(each) FILTER (WHERE refresh_status = 'success'))::float8 AS longest_seconds,
       sum(changes_applied)::bigint AS changes_applied,
       sum(chosen)::bigint AS chosen_reconciles, sum(predicted)::float8 AS predicted_seconds,
       (sum(actual) FILTER (WHERE predicted IS NOT NULL))::float8 AS actual_seconds,
       extract(epoch FROM max(refresh_started_at) FILTER (WHERE refresh_status = 'failed'))::float8 AS last_failure
FROM ranked GROUP BY scope ORDER BY scope NULLS LAST
