SELECT p.region, count(ARRAY(SELECT c.id FROM child c WHERE c.id = p.id)) AS n FROM parent p GROUP BY p.region
