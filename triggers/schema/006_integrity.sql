-- What the capture of a source consists of and rests on: as it was installed, to be compared with what is there.
ALTER TABLE freshet.source
    ADD COLUMN reads      text[] NOT NULL DEFAULT '{}',  -- the columns that its triggers read of a row
    ADD COLUMN key        text[] NOT NULL DEFAULT '{}',  -- the primary key by which an UPDATE's versions are paired
    ADD COLUMN functions  text[] NOT NULL DEFAULT '{}',  -- statements that make the trigger functions
    ADD COLUMN triggers   text[] NOT NULL DEFAULT '{}',  -- statements that make the triggers of one table, called {table}
    ADD COLUMN image      jsonb;                         -- freshet.capture_image() after that; NULL if it means nothing now

-- What the watch over capture found.
CREATE TABLE freshet.capture_fault (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    source_id   integer NOT NULL REFERENCES freshet.source ON DELETE CASCADE,
    reason      text NOT NULL,
    object      text NOT NULL,               -- the trigger, column or partition; '' for the table itself
    found_at    timestamptz NOT NULL DEFAULT now(),
    repaired_at timestamptz
);
CREATE UNIQUE INDEX ON freshet.capture_fault (source_id, reason, object) WHERE repaired_at IS NULL;
COMMENT ON TABLE freshet.capture_fault IS 'When and why changes of a source went unnoticed';
