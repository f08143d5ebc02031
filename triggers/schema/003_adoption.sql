-- What an adopted materialized view was, for as long as freshet stands in its place: uninstall --eject gives it back.
CREATE TABLE freshet.adoption (
    schema_name   text NOT NULL,
    relation_name text NOT NULL,
    definition    text NOT NULL,            -- in the server's words, every name qualified
    options       text NOT NULL,            -- storage parameters, as they stand between the parentheses of WITH
    tablespace    text NOT NULL,            -- '' for the database's own
    access_method text NOT NULL,
    adopted_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (schema_name, relation_name)
);

-- Its indexes. What the state table can have of them, each new generation of the view gets again.
CREATE TABLE freshet.adopted_index (
    schema_name   text NOT NULL,
    relation_name text NOT NULL,
    ordinal       integer NOT NULL,
    facts         jsonb NOT NULL,
    PRIMARY KEY (schema_name, relation_name, ordinal),
    FOREIGN KEY (schema_name, relation_name) REFERENCES freshet.adoption ON DELETE CASCADE
);
