-- 0041_signin: how far a session has come, which device and door it belongs to, where an account
-- signs in from, and how an adult's lost second factor is renewed by two persons (AI-2.6-オ,
-- NI-T3-1, NI-2.3.4-2b). Lock: ACCESS EXCLUSIVE on session and account for one scan. Sessions
-- open before it have no device and end. Undo: drop the four tables and the columns.
SET LOCAL lock_timeout = '5s';

ALTER TABLE session
    ADD COLUMN stage         text NOT NULL DEFAULT 'full'
        CHECK (stage IN ('full', 'second_factor', 'enrol')),
    ADD COLUMN device_sha256 bytea CHECK (octet_length(device_sha256) = 32),
    ADD COLUMN device_facts  text NOT NULL DEFAULT '',
    ADD COLUMN listener      text NOT NULL DEFAULT 'public'
        CHECK (listener IN ('public', 'office')),
    ADD COLUMN n_wrong       integer NOT NULL DEFAULT 0 CHECK (n_wrong >= 0),
    ADD COLUMN ended_why     text;
COMMENT ON COLUMN session.device_sha256 IS 'of the device cookie and the coarse device facts';
GRANT UPDATE (n_wrong, ended_why) ON session TO ibasho_app;

ALTER TABLE account
    ADD COLUMN totp_pending_sealed bytea,
    ADD COLUMN totp_pending_until  timestamptz,
    ADD CONSTRAINT account_totp_pending_whole
        CHECK ((totp_pending_sealed IS NULL) = (totp_pending_until IS NULL));
GRANT UPDATE (totp_pending_sealed, totp_pending_until) ON account TO ibasho_app;

CREATE TABLE account_place (
    id           uuid PRIMARY KEY,
    account      uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    place_index  bytea NOT NULL CHECK (octet_length(place_index) = 16),
    last_ok_at   timestamptz NOT NULL,
    failed_tries integer NOT NULL DEFAULT 0 CHECK (failed_tries >= 0),
    locked_until timestamptz,
    UNIQUE (account, place_index)
);
COMMENT ON COLUMN account_place.place_index IS 'keyed hash of an address that was signed in from';
GRANT SELECT, INSERT, DELETE ON account_place TO ibasho_app;
GRANT UPDATE (last_ok_at, failed_tries, locked_until) ON account_place TO ibasho_app;

CREATE TABLE account_device (
    id          uuid PRIMARY KEY,
    account     uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    facts       text NOT NULL,
    first_ok_at timestamptz NOT NULL,
    last_ok_at  timestamptz NOT NULL,
    UNIQUE (account, facts)
);
COMMENT ON COLUMN account_device.facts IS 'kind of device: system and browser, no more';
GRANT SELECT, INSERT, DELETE ON account_device TO ibasho_app;
GRANT UPDATE (first_ok_at, last_ok_at) ON account_device TO ibasho_app;

-- Leaves of the audit log: added, read, nothing else.
CREATE TABLE recovery_ask (
    id       uuid PRIMARY KEY,
    account  uuid NOT NULL,
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    role     text NOT NULL,
    CONSTRAINT recovery_ask_not_for_oneself CHECK (asked_by <> account)
);
CREATE INDEX recovery_ask_by_account ON recovery_ask (account, asked_at);
CREATE TABLE recovery_grant (
    id           uuid PRIMARY KEY,
    recovery_ask uuid NOT NULL UNIQUE REFERENCES recovery_ask,
    account      uuid NOT NULL,
    asked_by     uuid NOT NULL,
    granted_at   timestamptz NOT NULL,
    granted_by   uuid NOT NULL,
    role         text NOT NULL,
    CONSTRAINT recovery_grant_by_another CHECK (granted_by <> asked_by AND granted_by <> account)
);
GRANT SELECT, INSERT ON recovery_ask, recovery_grant TO ibasho_app;
