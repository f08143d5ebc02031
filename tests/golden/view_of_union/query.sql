SELECT a.parent, sum(a.x / 2) AS halves FROM amounts a GROUP BY a.parent
