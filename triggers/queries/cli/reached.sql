-- Whether everything committed before a moment is visible in a view. $1: view name, $2: the moment.
SELECT coalesce(as_of >= $2::timestamptz, false) AS reached FROM freshet.status WHERE view_name = $1
