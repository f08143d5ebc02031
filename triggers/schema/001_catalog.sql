-- Everything freshet owns. Written once, then only added to by later files of this folder.

CREATE SCHEMA freshet;
COMMENT ON SCHEMA freshet IS 'freshet: incrementally maintained report views';

-- What was true when the schema was installed; one row.
CREATE TABLE freshet.installation (
    only_row          boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    schema_version    integer NOT NULL,
    freshet_version   text NOT NULL,
    system_identifier text NOT NULL,
    installed_at      timestamptz NOT NULL DEFAULT now()
);

-- A user's table that some view reads. Its log is freshet.log_<id>, two tables that take turns.
CREATE TABLE freshet.source (
    id          integer PRIMARY KEY,
    schema_name text NOT NULL,
    table_name  text NOT NULL,
    relation    oid NOT NULL,
    fingerprint text NOT NULL DEFAULT '',   -- of the capture that is installed; '' for none
    operations  text[] NOT NULL DEFAULT '{}',  -- each has a function and a trigger: insert, update, delete, truncate, touch
    UNIQUE (schema_name, table_name)
);

-- One generation of a report. A changed definition is built as a new row beside the old one, then swapped in.
CREATE TABLE freshet.view (
    id            integer PRIMARY KEY,
    schema_name   text NOT NULL,
    relation_name text NOT NULL,
    strategy      text NOT NULL CHECK (strategy IN ('delta', 'concurrent')),
    state         text NOT NULL CHECK (state IN ('building', 'ready', 'broken')),
    definition    text NOT NULL,            -- as the user wrote it
    timezone      text NOT NULL,            -- pinned while the view is maintained
    fingerprint   text NOT NULL,            -- of everything that shapes the state
    program       jsonb NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX ON freshet.view (schema_name, relation_name) WHERE state <> 'building';

CREATE TABLE freshet.view_source (
    view_id   integer NOT NULL REFERENCES freshet.view ON DELETE CASCADE,
    source_id integer NOT NULL REFERENCES freshet.source,
    PRIMARY KEY (view_id, source_id)
);

-- Exactly the transactions visible in the snapshot are folded into the view's state on this node.
CREATE TABLE freshet.position (
    view_id              integer NOT NULL REFERENCES freshet.view ON DELETE CASCADE,
    node                 text NOT NULL DEFAULT 'local',
    snapshot             pg_snapshot NOT NULL,
    as_of                timestamptz NOT NULL,   -- a moment no later than the snapshot
    generation           bigint NOT NULL DEFAULT 0,  -- counts moves; settles a COMMIT in doubt
    horizon              text,                   -- retention: groups before it are not kept
    last_refresh_at      timestamptz,
    last_status          text,
    last_error           text,
    consecutive_failures integer NOT NULL DEFAULT 0,
    PRIMARY KEY (view_id, node)
) WITH (fillfactor = 50);

-- A named business event: a row of the source starts to satisfy the predicate. Bit 2^bit of the log's "ev".
CREATE TABLE freshet.event (
    name      text PRIMARY KEY,
    source_id integer NOT NULL REFERENCES freshet.source,
    bit       integer NOT NULL,
    predicate text NOT NULL,
    UNIQUE (source_id, bit)
);

CREATE TABLE freshet.refresh_log (
    id                   bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    view_name            text NOT NULL,
    firm_id              text,
    refresh_started_at   timestamptz NOT NULL,
    refresh_completed_at timestamptz,
    refresh_status       text NOT NULL CHECK (refresh_status IN ('running', 'success', 'failed')),
    rows_affected        bigint NOT NULL DEFAULT 0,
    error_message        text,
    triggered_by         text NOT NULL CHECK (triggered_by IN ('event', 'scheduled', 'manual', 'startup')),
    strategy             text NOT NULL,
    changes_applied      bigint NOT NULL DEFAULT 0,
    events               jsonb NOT NULL DEFAULT '{}',
    refresh_count        bigint NOT NULL DEFAULT 1,
    duration_seconds     double precision NOT NULL DEFAULT 0
);
CREATE INDEX ON freshet.refresh_log (view_name, refresh_started_at DESC);
CREATE INDEX ON freshet.refresh_log (refresh_started_at);

-- Bit 0: which log tables writers use. Bit 1: the daemon sleeps and wants a NOTIFY. A sequence, because a writer must
-- see its present value whatever its snapshot is.
CREATE SEQUENCE freshet.doorbell AS integer MINVALUE 0 MAXVALUE 3 START 0 CYCLE;

-- Changes that are no rows: a TRUNCATE, or for concurrent views that a statement touched a source at all.
CREATE TABLE freshet.marker_0 (
    xid       xid8 NOT NULL DEFAULT pg_current_xact_id(),
    at        timestamptz NOT NULL DEFAULT now(),
    source_id integer NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('truncate', 'touch'))
);
CREATE INDEX ON freshet.marker_0 (xid);
CREATE TABLE freshet.marker_1 (LIKE freshet.marker_0 INCLUDING ALL);
CREATE VIEW freshet.marker AS SELECT * FROM freshet.marker_0 UNION ALL SELECT * FROM freshet.marker_1;
