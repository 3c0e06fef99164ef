-- 0087_escrow: the municipality's half at the prefecture's node (key escrow). escrow_deposit stands
-- at the prefecture: one box a node, sealed once more under its own key, NULL once it was revoked.
-- escrow_step stands at both: what was deposited, released, opened and revoked; leaves of the audit
-- log, added and read, never changed. Lock: none on existing tables. Undo: DROP both.
SET LOCAL lock_timeout = '2s';

CREATE TABLE escrow_deposit (
    node       uuid PRIMARY KEY,
    generation bigint NOT NULL CHECK (generation >= 1),
    kid        text NOT NULL UNIQUE,
    boot_key   bytea NOT NULL CHECK (octet_length(boot_key) = 32),
    box_sealed bytea,
    made_at    timestamptz NOT NULL,
    until_at   timestamptz NOT NULL,
    revoked_at timestamptz,
    revoked_by text NOT NULL DEFAULT '' CHECK (revoked_by IN ('', 'municipality', 'coordinator')),
    CHECK ((revoked_at IS NULL) = (box_sealed IS NOT NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_by = ''))
);
COMMENT ON COLUMN escrow_deposit.boot_key IS 'Ed25519, public: who may ask for the box';
COMMENT ON COLUMN escrow_deposit.until_at IS 'the end of the contract as it stood then';

CREATE TABLE escrow_step (
    id         uuid PRIMARY KEY,
    at         timestamptz NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('deposit', 'release', 'revoke', 'send', 'hold', 'refused',
                                             'open', 'stop')),
    peer       uuid NOT NULL,
    op         uuid NOT NULL,
    generation bigint NOT NULL CHECK (generation >= 0),
    until_at   timestamptz,
    code       text NOT NULL
);
COMMENT ON COLUMN escrow_step.kind IS
    'prefecture: deposit, release, revoke; municipality: send, hold, refused, open, stop';
CREATE INDEX escrow_step_by_time ON escrow_step (at);

GRANT SELECT, INSERT, UPDATE ON escrow_deposit TO ibasho_app;
GRANT SELECT, INSERT ON escrow_step TO ibasho_app;
