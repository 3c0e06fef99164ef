-- 0105_witness: checkpoints of the audit log cosigned by other nodes (design section 3). At the witness:
-- fed_witness_seen, the newest it saw of each node's log. At the node: fed_witness, whom it asks and what was said
-- last; fed_cosignature, the last one of a day and witness. At both: fed_witness_step, leaves: a log seen for the
-- first time, a refusal. Sizes, hashes and signatures, nobody's data.
-- Lock: none on tables that exist. Undo: drop the four tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE fed_witness_seen (
    node      uuid PRIMARY KEY,
    contract  text NOT NULL,
    log_key   text NOT NULL CHECK (length(log_key) <= 192),
    size      bigint NOT NULL CHECK (size >= 1),
    root      bytea NOT NULL CHECK (octet_length(root) = 32),
    note      bytea NOT NULL CHECK (octet_length(note) <= 4096),
    at        timestamptz NOT NULL,
    code      text NOT NULL DEFAULT '' CHECK (code IN ('', 'shrunk', 'forked', 'other-key')),
    code_size bigint CHECK (code_size >= 1),
    code_at   timestamptz,
    CHECK ((code = '') = (code_size IS NULL)),
    CHECK ((code = '') = (code_at IS NULL))
);
COMMENT ON COLUMN fed_witness_seen.contract IS 'under which log_key was seen';
COMMENT ON COLUMN fed_witness_seen.code IS 'why the newest one was not cosigned; empty: it was';
COMMENT ON COLUMN fed_witness_seen.code_size IS 'leaves of the checkpoint that was refused';

CREATE TABLE fed_witness (
    witness uuid PRIMARY KEY,
    log_key text NOT NULL CHECK (length(log_key) <= 192),
    size    bigint NOT NULL CHECK (size >= 0),
    at      timestamptz,
    code    text NOT NULL CHECK (length(code) <= 40),
    told    bigint NOT NULL CHECK (told >= 0),
    tried   bigint NOT NULL CHECK (tried >= 0),
    code_at timestamptz,
    CHECK ((size = 0) = (at IS NULL)),
    CHECK ((code = '') = (code_at IS NULL))
);
COMMENT ON COLUMN fed_witness.log_key IS 'of this log: one that came in a bag had another';
COMMENT ON COLUMN fed_witness.size IS 'cosigned last; 0: never';
COMMENT ON COLUMN fed_witness.told IS 'leaves that the witness says it has seen';
COMMENT ON COLUMN fed_witness.tried IS 'leaves of the checkpoint that code is about';

CREATE TABLE fed_cosignature (
    witness uuid NOT NULL,
    day     date NOT NULL,
    at      timestamptz NOT NULL,
    size    bigint NOT NULL CHECK (size >= 1),
    note    bytea NOT NULL CHECK (octet_length(note) <= 4096),
    line    text NOT NULL CHECK (length(line) <= 256),
    kid     text NOT NULL,
    ed25519 bytea NOT NULL CHECK (octet_length(ed25519) = 32),
    PRIMARY KEY (witness, day)
);
COMMENT ON COLUMN fed_cosignature.day IS 'in Tokyo; one a day, the last: it vouches for all before it';
COMMENT ON COLUMN fed_cosignature.kid IS 'of the witness, in the registry of that day';

CREATE TABLE fed_witness_step (
    id   uuid PRIMARY KEY,
    at   timestamptz NOT NULL,
    kind text NOT NULL CHECK (kind IN ('first', 'anew', 'refused', 'told')),
    node uuid NOT NULL,
    code text NOT NULL CHECK (length(code) <= 40),
    size bigint NOT NULL CHECK (size >= 1),
    seen bigint NOT NULL CHECK (seen >= 0),
    note bytea NOT NULL CHECK (octet_length(note) <= 4096)
);
CREATE INDEX fed_witness_step_node ON fed_witness_step (node, kind, at);
COMMENT ON COLUMN fed_witness_step.kind IS 'refused: by us; told: our log was refused';
COMMENT ON COLUMN fed_witness_step.size IS 'leaves of note';
COMMENT ON COLUMN fed_witness_step.seen IS 'leaves the witness had seen';

GRANT SELECT, INSERT, UPDATE ON fed_witness_seen, fed_witness, fed_cosignature TO ibasho_app;
GRANT SELECT, INSERT ON fed_witness_step TO ibasho_app;
