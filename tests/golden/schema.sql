-- The tables that the golden queries read, besides those of the sample.

CREATE TYPE order_state AS ENUM ('draft', 'sent', 'paid');
CREATE DOMAIN money_amount AS numeric(12,2) CHECK (VALUE >= 0);
CREATE DOMAIN postal_code AS char(5);
CREATE DOMAIN label AS text COLLATE "C";

CREATE TABLE parent (id int PRIMARY KEY, region text, weight numeric, active boolean);
CREATE TABLE child (
    id int PRIMARY KEY, parent_id int, kind text, day date, at timestamptz, amount numeric(10,2),
    quantity int, small smallint, big bigint, flag boolean NOT NULL DEFAULT true
);
CREATE TABLE other (id int PRIMARY KEY, parent_id int, day date, cost numeric);
CREATE TABLE keyless (a int, b text, c numeric);
CREATE TABLE typed (
    id bigint PRIMARY KEY, state order_state NOT NULL, price money_amount, code postal_code, tag label,
    name varchar(20) COLLATE "C", fixed char(3), doc json, size double precision, span interval,
    ratio numeric(5,2) NOT NULL, moment timestamptz NOT NULL, hours int NOT NULL
);

CREATE AGGREGATE product(numeric) (sfunc = numeric_mul, stype = numeric);

-- Names that generated SQL uses itself, names that need quotes, names beyond ASCII.
CREATE TABLE "Größe" (
    "user" int PRIMARY KEY, "Ünïcode Spalte" text, "select" numeric, k0 int, x1 text, sign int, v int, n int, r text,
    t text, u int, s0 text, delta int, d1 int, "it's" text, "a""b" text
);

-- Views as sources: plain rows under other names, a union of types, and groups.
CREATE VIEW flagged AS SELECT id, parent_id, kind AS "Kind", amount * quantity AS value FROM child WHERE flag;
CREATE VIEW amounts (parent, x) AS SELECT parent_id, quantity FROM child UNION ALL SELECT parent_id, cost FROM other;
CREATE VIEW by_kind AS SELECT kind, day, count(*) AS n, sum(amount) AS total FROM child GROUP BY kind, day;
