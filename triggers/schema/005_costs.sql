-- What a refresh was predicted to cost and what it did cost, so that the choice between folding and recomputing can be
-- judged, and learned from. Seconds of the work itself, without waiting, reading the batch and COMMIT. In a row that
-- stands for several refreshes (refresh_count) they are sums; source_rows and why are those of the last.
ALTER TABLE freshet.refresh_log
    ADD COLUMN predicted_fold_seconds      double precision,
    ADD COLUMN predicted_reconcile_seconds double precision,
    ADD COLUMN actual_seconds              double precision,
    ADD COLUMN source_rows                 bigint,   -- that a reconcile reads, as estimated
    ADD COLUMN why                         text;     -- it was done this way
