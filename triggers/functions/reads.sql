-- Every view with all the views it reads, through however many others, and itself.
CREATE OR REPLACE VIEW freshet.reads AS
WITH RECURSIVE reads(view_id, below_id) AS (
    SELECT v.id, v.id FROM freshet.view v
    UNION
    SELECT r.view_id, substring(s.table_name FROM '^state_([0-9]+)')::integer
    FROM reads r
    JOIN freshet.view_source vs ON vs.view_id = r.below_id
    JOIN freshet.source s ON s.id = vs.source_id
    WHERE s.schema_name = 'freshet' AND s.table_name ~ '^state_[0-9]+(_|$)'
)
SELECT view_id, below_id FROM reads;
COMMENT ON VIEW freshet.reads IS 'Views on views: which view stands on which';
