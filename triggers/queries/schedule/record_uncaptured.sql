-- $1: a source of which a proof found changes that were not captured, and repaired its views.
INSERT INTO freshet.capture_fault (source_id, reason, object, repaired_at) VALUES ($1::integer, 'rows_uncaptured', '', now())
