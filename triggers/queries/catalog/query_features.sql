-- What the text behind a view ($1: its oid) uses that its columns do not tell: whole rows of a relation as one value,
-- system columns such as ctid, random samples, row locks.
SELECT ev_action::text ~ ':varattno 0 ' AS whole_rows, ev_action::text ~ ':varattno -[0-9]' AS system_columns,
       ev_action::text ~ '\{TABLESAMPLECLAUSE ' AS samples, ev_action::text ~ '\{ROWMARKCLAUSE ' AS locks
FROM pg_rewrite WHERE ev_class = $1::oid
