-- "unclear": PostgreSQL told the triggers of a partitioned table wrongly which rows a statement wrote.
ALTER TABLE freshet.marker_0 DROP CONSTRAINT marker_0_kind_check;
ALTER TABLE freshet.marker_0 ADD CONSTRAINT marker_0_kind_check CHECK (kind IN ('truncate', 'touch', 'unclear'));
ALTER TABLE freshet.marker_1 DROP CONSTRAINT marker_0_kind_check;
ALTER TABLE freshet.marker_1 ADD CONSTRAINT marker_1_kind_check CHECK (kind IN ('truncate', 'touch', 'unclear'));
