SELECT state, count(doc) AS documents, count(*) AS n FROM typed GROUP BY state
