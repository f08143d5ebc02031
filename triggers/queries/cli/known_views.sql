-- Every name the refresh log may be asked for: of views installed now, and of views that were.
SELECT view_name FROM freshet.status UNION SELECT view_name FROM freshet.refresh_log ORDER BY 1
