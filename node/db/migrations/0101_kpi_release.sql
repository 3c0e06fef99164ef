-- 0101_kpi_release: figures of a month given to the prefecture (CARD-5, CARD-7). At the node: kpi_release (a
-- leaf: which month, by which rule, when, by whom), kpi_release_cell (exactly what was sent; a hidden number is
-- not there), kpi_release_peer (to whom, and what came of it). At the coordinator: fed_kpi (a leaf) and
-- fed_kpi_cell (numbers as they came; they go when a newer revision or the town's end takes them back), and
-- fed_kpi_ask (what it asked a node for). Counts alone, nobody's id.
-- fed_purge learns what the town that leaves wants of them. Lock: ACCESS EXCLUSIVE on fed_purge, no scan.
-- Undo: drop the column, then the six tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE kpi_release (
    id           uuid PRIMARY KEY,
    month        uuid NOT NULL,
    month_at     timestamptz NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    revision     integer NOT NULL CHECK (revision >= 1),
    kind         text NOT NULL CHECK (kind IN ('send', 'correct', 'withdraw')),
    k            integer NOT NULL CHECK (k >= 1),
    registry_seq bigint NOT NULL CHECK (registry_seq >= 1),
    made_at      timestamptz NOT NULL,
    by           uuid,
    reason       text NOT NULL CHECK (length(reason) <= 200),
    sum          bytea NOT NULL CHECK (octet_length(sum) = 32),
    UNIQUE (month_at, revision),
    CHECK ((revision = 1) = (kind = 'send')),
    CHECK ((kind = 'send') = (reason = ''))
);
COMMENT ON COLUMN kpi_release.month IS 'kpi_month.id: the count it was made of';
COMMENT ON COLUMN kpi_release.k IS 'of the coordinator profile: counts of 1 to k - 1 are hidden';
COMMENT ON COLUMN kpi_release.by IS 'NULL: the node by itself';
COMMENT ON COLUMN kpi_release.sum IS 'SHA-256 of the bytes that were sent';

CREATE TABLE kpi_release_cell (
    release uuid NOT NULL,
    n       integer NOT NULL CHECK (n >= 0),
    kpi     text NOT NULL,
    part    text NOT NULL CHECK (part IN ('all', 'elementary', 'junior', 'other')),
    shown   text NOT NULL CHECK (shown IN ('shown', 'small', 'complement', 'taken')),
    num     bigint CHECK (num >= 0),
    den     bigint CHECK (den >= 0),
    PRIMARY KEY (release, n),
    UNIQUE (release, kpi, part),
    CHECK ((shown = 'shown') = (num IS NOT NULL)),
    CHECK ((num IS NULL) = (den IS NULL))
);
COMMENT ON COLUMN kpi_release_cell.shown IS 'complement: others would give it away; taken: back by a person';

CREATE TABLE kpi_release_peer (
    release uuid NOT NULL,
    node    uuid NOT NULL,
    op      uuid NOT NULL UNIQUE,
    state   text NOT NULL CHECK (state IN ('waiting', 'received', 'refused')),
    code    text NOT NULL,
    at      timestamptz NOT NULL,
    PRIMARY KEY (release, node)
);
COMMENT ON COLUMN kpi_release_peer.op IS 'of the row of the outbox';

CREATE TABLE fed_kpi (
    id           uuid PRIMARY KEY,
    node         uuid NOT NULL,
    month_at     timestamptz NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    revision     integer NOT NULL CHECK (revision >= 1),
    kind         text NOT NULL CHECK (kind IN ('send', 'correct', 'withdraw')),
    k            integer NOT NULL CHECK (k >= 1),
    registry_seq bigint NOT NULL CHECK (registry_seq >= 1),
    received_at  timestamptz NOT NULL,
    sum          bytea NOT NULL CHECK (octet_length(sum) = 32),
    UNIQUE (node, month_at, revision)
);

CREATE TABLE fed_kpi_cell (
    release uuid NOT NULL,
    n       integer NOT NULL CHECK (n >= 0),
    kpi     text NOT NULL,
    part    text NOT NULL CHECK (part IN ('all', 'elementary', 'junior', 'other')),
    num     bigint CHECK (num >= 0),
    den     bigint CHECK (den >= 0),
    PRIMARY KEY (release, n),
    UNIQUE (release, kpi, part),
    CHECK ((num IS NULL) = (den IS NULL))
);

CREATE TABLE fed_kpi_ask (
    op       uuid PRIMARY KEY,
    node     uuid NOT NULL,
    month_at timestamptz NOT NULL,
    cuts     text NOT NULL CHECK (length(cuts) <= 200),
    at       timestamptz NOT NULL,
    by       uuid NOT NULL,
    code     text NOT NULL,
    ended_at timestamptz
);
COMMENT ON COLUMN fed_kpi_ask.code IS 'empty: no answer yet; else released, absent, or why the node refused';

ALTER TABLE fed_purge ADD COLUMN takes_kpi boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN fed_purge.takes_kpi IS 'the town takes its past figures back';

GRANT SELECT, INSERT ON kpi_release, kpi_release_cell, fed_kpi TO ibasho_app;
GRANT SELECT, INSERT, DELETE ON fed_kpi_cell TO ibasho_app;
GRANT SELECT, INSERT, UPDATE ON kpi_release_peer, fed_kpi_ask TO ibasho_app;
