-- Rows of the source that packed rows of its log held beyond one each, before they were trimmed.
ALTER TABLE freshet.source ADD COLUMN unpacked bigint NOT NULL DEFAULT 0;
