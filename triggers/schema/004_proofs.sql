-- Each time that a view, or a tenant of it, was compared with its query.
CREATE TABLE freshet.proof (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    xid              xid8 NOT NULL DEFAULT pg_current_xact_id(),  -- found by visibility, not by id
    view_id          integer NOT NULL REFERENCES freshet.view ON DELETE CASCADE,
    tenant           text,                    -- NULL: all of the view
    ended_at         timestamptz NOT NULL DEFAULT now(),
    as_of            timestamptz,             -- of the snapshot compared in; NULL if nothing was
    outcome          text NOT NULL CHECK (outcome IN ('exact', 'drift', 'failed')),
    drift_rows       bigint NOT NULL DEFAULT 0,
    repaired         boolean NOT NULL DEFAULT false,
    triggered_by     text NOT NULL CHECK (triggered_by IN ('scheduled', 'manual')),
    duration_seconds double precision NOT NULL DEFAULT 0,
    error_message    text
);
CREATE INDEX ON freshet.proof (view_id, ended_at DESC);
COMMENT ON TABLE freshet.proof IS 'Each comparison of a view with its query';
