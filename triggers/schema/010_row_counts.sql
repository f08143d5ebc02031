-- What the server's statistics counted of the source, and its log did not, when the views over it were last known right.
ALTER TABLE freshet.source ADD COLUMN accounted jsonb;
