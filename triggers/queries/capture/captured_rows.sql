-- Rows of one log table, by what wrote them. The rows that one statement's trigger wrote share transaction and command
-- (cmin; they are never updated): only new rows are an INSERT's, only old ones a DELETE's, an UPDATE has both.
SELECT {source}::text AS source, s.op, sum(s.rows)::bigint AS rows
FROM (SELECT CASE WHEN min(l.rows) > 0 THEN 'insert' WHEN max(l.rows) < 0 THEN 'delete' ELSE 'update' END AS op,
             sum(abs(l.rows)) AS rows
      FROM (SELECT freshet_xid, cmin, coalesce(freshet_rows, freshet_sign) AS rows FROM freshet.{log}) AS l
      WHERE freshet_xid >= pg_snapshot_xmin($1::pg_snapshot) AND NOT pg_visible_in_snapshot(freshet_xid, $1::pg_snapshot)
      GROUP BY l.freshet_xid, l.cmin) AS s
GROUP BY s.op
