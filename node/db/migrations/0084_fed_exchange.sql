-- 0084_fed_exchange: what goes between nodes and must neither be lost nor happen twice (CARD-12):
-- fed_outbox waits here for another node, fed_op remembers what another node had done here and
-- what it was answered. Bodies and answers are sealed. Lock: none on existing tables. Undo: DROP
-- both.
SET LOCAL lock_timeout = '2s';

CREATE TABLE fed_outbox (
    op          uuid PRIMARY KEY,
    peer        uuid NOT NULL,
    n           bigint NOT NULL,
    kind        text NOT NULL,
    made_at     timestamptz NOT NULL,
    body_sealed bytea,
    state       text NOT NULL CHECK (state IN ('waiting', 'refused', 'given_up')),
    n_tries     integer NOT NULL DEFAULT 0 CHECK (n_tries >= 0),
    last_code   text NOT NULL DEFAULT '',
    ended_at    timestamptz,
    UNIQUE (peer, n),
    CHECK ((state = 'waiting') = (ended_at IS NULL)),
    CHECK ((state = 'waiting') = (body_sealed IS NOT NULL))
);
COMMENT ON COLUMN fed_outbox.n IS 'order in which they go to the peer';
COMMENT ON COLUMN fed_outbox.last_code IS 'why it did not arrive: a code of the peer or of our own';

CREATE TABLE fed_op (
    peer          uuid NOT NULL,
    op            uuid NOT NULL,
    kind          text NOT NULL,
    digest        bytea NOT NULL CHECK (octet_length(digest) = 32),
    status        integer NOT NULL CHECK (status BETWEEN 200 AND 299),
    answer_sealed bytea NOT NULL,
    at            timestamptz NOT NULL,
    kept_until    timestamptz NOT NULL,
    PRIMARY KEY (peer, op)
);
COMMENT ON COLUMN fed_op.digest IS 'SHA-256 of the body: the same id with another body is refused';
CREATE INDEX fed_op_by_time ON fed_op (kept_until);

GRANT SELECT, INSERT, UPDATE, DELETE ON fed_outbox TO ibasho_app;
GRANT SELECT, INSERT, DELETE ON fed_op TO ibasho_app;
