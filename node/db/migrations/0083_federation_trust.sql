-- 0083_federation_trust: what this node believes about its federation (CARD-11): every registry it
-- took, as it was signed, also the second one of a number that was taken already (a split), and the
-- decisions about its own place: roots pinned from an invitation, own keys, splits noted and cleared
-- up. Both are leaves of the audit log, added and read, never changed.
-- Lock: none on existing tables. Undo: DROP TABLE of both.
SET LOCAL lock_timeout = '2s';

CREATE TABLE fed_registry (
    id         uuid PRIMARY KEY,
    seq        bigint NOT NULL CHECK (seq >= 1),
    sha256     bytea NOT NULL UNIQUE,
    bytes      bytea NOT NULL,
    sig_lines  bytea NOT NULL,
    is_chain   boolean NOT NULL,
    heard_from uuid,
    taken_at   timestamptz NOT NULL,
    CONSTRAINT fed_registry_hash CHECK (sha256 = sha256(bytes))
);
CREATE UNIQUE INDEX fed_registry_chain ON fed_registry (seq) WHERE is_chain;
COMMENT ON COLUMN fed_registry.is_chain IS 'false: kept as evidence of a split, never in force';
COMMENT ON COLUMN fed_registry.heard_from IS 'the node that brought it; NULL: an operator';
GRANT SELECT, INSERT ON fed_registry TO ibasho_app;

CREATE TABLE fed_step (
    id     uuid PRIMARY KEY,
    at     timestamptz NOT NULL,
    kind   text NOT NULL CHECK (kind IN ('pin', 'key', 'split', 'settle')),
    number bigint NOT NULL CHECK (number >= 0),
    kid    text NOT NULL,
    peer   uuid,
    bytes  bytea NOT NULL
);
COMMENT ON COLUMN fed_step.number IS 'pin: 0; key: N of federation-N; split, settle: the sequence';
COMMENT ON COLUMN fed_step.bytes IS 'pin: the invitation; key: the public key; split: the other hash';
GRANT SELECT, INSERT ON fed_step TO ibasho_app;
