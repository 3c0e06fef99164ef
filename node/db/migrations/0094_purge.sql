-- 0094_purge: what becomes of a town's traces at other nodes when its contract ends (CARD-14,
-- AI-7.2-1). fed_purge_peer: at the town that leaves, whom it asks and what they answered.
-- fed_purge: at a peer, who asked. fed_purge_part: what went so far, counted with the rows.
-- fed_purge_step: leaves of the audit log, at both. What is of the town that left may be deleted
-- from here on, with its leaf's salt (audit_destroy).
-- Lock: ACCESS EXCLUSIVE for grants alone, no scan. Undo: revoke, drop the four tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE fed_purge_peer (
    node        uuid PRIMARY KEY,
    ask         uuid NOT NULL,
    begun_at    timestamptz NOT NULL,
    op          uuid,
    n_asked     integer NOT NULL DEFAULT 0 CHECK (n_asked >= 0),
    next_at     timestamptz NOT NULL,
    last_code   text NOT NULL DEFAULT '',
    receipt     bytea,
    registry    bigint CHECK (registry >= 1),
    received_at timestamptz,
    CHECK ((receipt IS NULL) = (received_at IS NULL)),
    CHECK ((receipt IS NULL) = (registry IS NULL)),
    CHECK (receipt IS NULL OR op IS NULL)
);
COMMENT ON COLUMN fed_purge_peer.ask IS 'of this leaving: every receipt must name it';
COMMENT ON COLUMN fed_purge_peer.op IS 'of the row of the outbox that asks now';
COMMENT ON COLUMN fed_purge_peer.registry IS 'number of the registry that lists the key of the receipt';

CREATE TABLE fed_purge (
    node       uuid NOT NULL,
    contract   text NOT NULL,
    ask        uuid NOT NULL,
    asked_at   timestamptz NOT NULL,
    cleared_at timestamptz,
    step       uuid,
    box        text NOT NULL DEFAULT '' CHECK (box IN ('', 'none', 'gone')),
    receipt    bytea,
    PRIMARY KEY (node, contract),
    CHECK ((cleared_at IS NULL) = (step IS NULL)),
    CHECK (receipt IS NULL OR cleared_at IS NOT NULL)
);
COMMENT ON COLUMN fed_purge.contract IS 'that ended: under another one the town may come back';
COMMENT ON COLUMN fed_purge.step IS 'the leaf that says it is done';
COMMENT ON COLUMN fed_purge.box IS 'the key half that was kept here (a coordinator)';

CREATE TABLE fed_purge_part (
    node     uuid NOT NULL,
    contract text NOT NULL,
    part     text NOT NULL,
    n        bigint NOT NULL CHECK (n >= 0),
    PRIMARY KEY (node, contract, part)
);

CREATE TABLE fed_purge_step (
    id     uuid PRIMARY KEY,
    at     timestamptz NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('begin', 'receipt', 'refused', 'asked', 'cleared')),
    node   uuid NOT NULL,
    n      bigint NOT NULL CHECK (n >= 0),
    code   text NOT NULL,
    sha256 bytea CHECK (octet_length(sha256) = 32),
    CHECK ((kind = 'receipt') = (sha256 IS NOT NULL))
);
COMMENT ON COLUMN fed_purge_step.n IS 'begin: peers; cleared: rows that went';
COMMENT ON COLUMN fed_purge_step.sha256 IS 'of the receipt';

GRANT SELECT, INSERT, UPDATE ON fed_purge_peer, fed_purge, fed_purge_part TO ibasho_app;
GRANT SELECT, INSERT ON fed_purge_step TO ibasho_app;
GRANT DELETE ON fed_line, fed_act TO ibasho_app;
