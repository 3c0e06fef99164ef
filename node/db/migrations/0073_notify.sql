-- 0073_notify: notices that leave the node by mail or webhook: who may receive them, what waits, what
-- became of each attempt, who opened it (AI-4.6-1, AI-4.6-3, AI-4.6-2, AI-4.4-カ-ハ-1b, NI-2.3-b2).
-- No column holds what a notice is about but ids and a page of the client; addresses are sealed.
-- Lock: none on existing tables. Undo: DROP the four tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE notify_receiver (
    id             uuid PRIMARY KEY,
    account        uuid NOT NULL,
    channel        text NOT NULL CHECK (channel IN ('mail', 'webhook')),
    address_sealed bytea NOT NULL,
    secret_sealed  bytea,
    kinds          text NOT NULL CHECK (kinds ~ '^[a-z]+(,[a-z]+)*$'),
    added_at       timestamptz NOT NULL,
    confirmed_at   timestamptz,
    proved_at      timestamptz,
    paused_at      timestamptz,
    removed_at     timestamptz,
    CONSTRAINT notify_receiver_in_order CHECK (proved_at IS NULL OR confirmed_at IS NOT NULL),
    CONSTRAINT notify_receiver_secret
        CHECK ((secret_sealed IS NOT NULL) = (channel = 'webhook' AND removed_at IS NULL))
);
COMMENT ON COLUMN notify_receiver.kinds IS 'kinds of notice, comma list';
COMMENT ON COLUMN notify_receiver.confirmed_at IS 'a commissioner said yes to this address';
COMMENT ON COLUMN notify_receiver.proved_at IS 'its own account opened the link that was sent there';
CREATE INDEX notify_receiver_by_account ON notify_receiver (account);

-- Leaves of the audit log: added and read.
CREATE TABLE notify_step (
    id       uuid PRIMARY KEY,
    receiver uuid NOT NULL,
    at       timestamptz NOT NULL,
    by       uuid NOT NULL,
    role     text NOT NULL,
    step     text NOT NULL
        CHECK (step IN ('added', 'confirmed', 'proved', 'asked', 'tested', 'paused', 'resumed', 'removed'))
);
CREATE INDEX notify_step_by_receiver ON notify_step (receiver, at);

CREATE TABLE notify_notice (
    id           uuid PRIMARY KEY,
    receiver     uuid NOT NULL,
    account      uuid NOT NULL,
    channel      text NOT NULL CHECK (channel IN ('mail', 'webhook')),
    kind         text NOT NULL CHECK (kind IN ('sos', 'incident', 'report', 'account', 'test')),
    priority     integer NOT NULL,
    cause        uuid NOT NULL,
    link         text NOT NULL CHECK (link ~ '^[a-z0-9_/-]{0,100}$'),
    made_at      timestamptz NOT NULL,
    due_at       timestamptz NOT NULL,
    give_up_at   timestamptz NOT NULL,
    state        text NOT NULL CHECK (state IN ('waiting', 'sent', 'refused', 'given_up', 'cancelled')),
    n_tries      integer NOT NULL DEFAULT 0 CHECK (n_tries >= 0),
    lease_until  timestamptz,
    lease_holder uuid,
    last_why     text NOT NULL DEFAULT '',
    last_code    integer NOT NULL DEFAULT 0,
    ended_at     timestamptz,
    opened_at    timestamptz,
    UNIQUE (cause, receiver),
    CONSTRAINT notify_notice_ended CHECK ((state = 'waiting') = (ended_at IS NULL))
);
COMMENT ON COLUMN notify_notice.cause IS 'of whatever made it; a second one to the same receiver adds nothing';
COMMENT ON COLUMN notify_notice.link IS 'page of the client that an opened notice leads to';
CREATE INDEX notify_notice_waiting ON notify_notice (priority, due_at) WHERE state = 'waiting';
CREATE INDEX notify_notice_by_time ON notify_notice (made_at, id);
CREATE INDEX notify_notice_by_receiver ON notify_notice (receiver) WHERE state = 'waiting';

-- Leaves of the audit log: added, read, and past their term deleted with a leaf that says so.
CREATE TABLE notify_event (
    id      uuid PRIMARY KEY,
    notice  uuid NOT NULL,
    at      timestamptz NOT NULL,
    event   text NOT NULL CHECK (event IN ('sent', 'later', 'refused', 'given_up', 'cancelled', 'opened')),
    n_try   integer NOT NULL,
    why     text NOT NULL,
    code    integer NOT NULL,
    account uuid
);
COMMENT ON COLUMN notify_event.account IS 'who opened it, or ended its waiting; NULL: the node itself';
CREATE INDEX notify_event_by_notice ON notify_event (notice, at);

GRANT SELECT, INSERT, DELETE ON notify_receiver, notify_notice, notify_event TO ibasho_app;
GRANT SELECT, INSERT ON notify_step TO ibasho_app;
GRANT UPDATE (address_sealed, secret_sealed, confirmed_at, proved_at, paused_at, removed_at)
    ON notify_receiver TO ibasho_app;
GRANT UPDATE (due_at, state, n_tries, lease_until, lease_holder, last_why, last_code, ended_at, opened_at)
    ON notify_notice TO ibasho_app;
