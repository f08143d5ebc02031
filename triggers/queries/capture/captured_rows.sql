-- Rows of one log table, by what wrote them. The rows that one statement's trigger wrote share transaction and command
-- (cmin; they are never updated): only new rows are an INSERT's, only old ones a DELETE's, an UPDATE has both.
SELECT {source}::text AS source, s.op, sum(s.rows)::bigint AS rows
FROM (SELECT CASE WHEN min(freshet_sign) > 0 THEN 'insert' WHEN max(freshet_sign) < 0 THEN 'delete' ELSE 'update' END AS op,
             count(*) AS rows
      FROM freshet.{log}
      WHERE freshet_xid >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(freshet_xid, $1::pg_snapshot)
      GROUP BY freshet_xid, cmin) AS s
GROUP BY s.op
