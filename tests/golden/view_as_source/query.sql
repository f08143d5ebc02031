SELECT p.region, f."Kind", count(*) AS n, sum(f.value) AS value FROM flagged AS f JOIN parent p ON p.id = f.parent_id
WHERE f.value > 0 GROUP BY p.region, f."Kind"
