-- Views on views: who reads a source is asked for in both directions.
CREATE INDEX ON freshet.view_source (source_id);
