-- 0099_transfer: a child moves to another municipality's node [転出入] (CARD-16). transfer: one row a move, at
-- either side; transfer_parcel: what is handed over, at home until it arrived, at the receiver for good, sealed
-- under the child's own key; transfer_step: every act, a leaf of the audit log, without a text.
-- Lock: none on existing tables. Undo: drop the three tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE transfer (
    id                  uuid PRIMARY KEY,
    peer                uuid NOT NULL,
    peer_name           text NOT NULL,
    is_out              boolean NOT NULL,
    state               text NOT NULL CHECK (state IN ('asked', 'offered', 'accepted', 'taking', 'given', 'done',
                                                       'declined', 'cancelled', 'refused')),
    person              uuid,
    parts               text NOT NULL,
    on_date             date NOT NULL,
    consent_on          date,
    consent_how         text CHECK (consent_how IN ('paper', 'met', 'called')),
    consent_from_sealed bytea,
    opened_at           timestamptz NOT NULL,
    changed_at          timestamptz NOT NULL,
    ended_at            timestamptz,
    by                  uuid,
    second              uuid CHECK (second <> by),
    sha256              bytea CHECK (octet_length(sha256) = 32),
    n_taken             integer NOT NULL DEFAULT 0 CHECK (n_taken >= 0),
    code                text NOT NULL DEFAULT '',
    CONSTRAINT transfer_consent CHECK (NOT is_out OR (person IS NOT NULL AND consent_on IS NOT NULL
        AND consent_how IS NOT NULL AND consent_from_sealed IS NOT NULL AND sha256 IS NOT NULL AND by IS NOT NULL)),
    CONSTRAINT transfer_two CHECK (state NOT IN ('taking', 'given', 'done') OR (by IS NOT NULL AND second IS NOT NULL)),
    CONSTRAINT transfer_ended CHECK ((ended_at IS NULL)
        = (state IN ('asked', 'offered', 'accepted', 'taking', 'given')))
);
COMMENT ON COLUMN transfer.is_out IS 'this node hands over; else it receives';
COMMENT ON COLUMN transfer.person IS 'the child; at the receiver NULL until an account was chosen';
COMMENT ON COLUMN transfer.by IS 'who opened it, or accepted it; second: who confirmed, or took it over';
COMMENT ON COLUMN transfer.sha256 IS 'of the parcel';
CREATE UNIQUE INDEX transfer_open ON transfer (person) WHERE is_out AND ended_at IS NULL;
CREATE INDEX transfer_by_person ON transfer (person);
CREATE INDEX transfer_by_peer ON transfer (peer);
GRANT SELECT, INSERT, DELETE ON transfer TO ibasho_app;
GRANT UPDATE (state, person, parts, changed_at, ended_at, by, second, sha256, n_taken, code) ON transfer TO ibasho_app;

CREATE TABLE transfer_parcel (
    transfer    uuid PRIMARY KEY,
    person      uuid NOT NULL,
    at          timestamptz NOT NULL,
    body_sealed bytea NOT NULL
);
CREATE INDEX transfer_parcel_by_person ON transfer_parcel (person);
GRANT SELECT, INSERT, DELETE ON transfer_parcel TO ibasho_app;

CREATE TABLE transfer_step (
    id       uuid PRIMARY KEY,
    n        bigint NOT NULL UNIQUE CHECK (n >= 1),
    at       timestamptz NOT NULL,
    transfer uuid NOT NULL,
    kind     text NOT NULL CHECK (kind IN ('open', 'confirm', 'cancel', 'offer', 'accept', 'decline', 'heard', 'take',
                                           'give', 'arrive', 'receipt', 'refuse')),
    peer     uuid NOT NULL,
    person   uuid,
    sha256   bytea CHECK (octet_length(sha256) = 32),
    code     text NOT NULL,
    by       uuid,
    role     text NOT NULL
);
COMMENT ON COLUMN transfer_step.by IS 'NULL: the node itself, by what the other node said';
CREATE INDEX transfer_step_by_transfer ON transfer_step (transfer, n);
GRANT SELECT, INSERT ON transfer_step TO ibasho_app;
