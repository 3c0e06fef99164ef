-- 0030_account: who may sign in. What names a person or opens an account is sealed under the
-- person's own key; the login is found by a keyed blind index. An adult without a second factor
-- cannot exist. Lock: none on existing tables. Undo: DROP TABLE session, account.
CREATE TABLE account (
    id                   uuid PRIMARY KEY,
    role                 text NOT NULL,
    state                text NOT NULL CHECK (state IN ('active', 'suspended', 'closed')),
    school               uuid,
    login_index          bytea NOT NULL UNIQUE CHECK (octet_length(login_index) = 16),
    login_sealed         bytea NOT NULL,
    display_name_sealed  bytea NOT NULL,
    password_hash_sealed bytea NOT NULL,
    totp_secret_sealed   bytea,
    totp_last_step       bigint NOT NULL DEFAULT -1,
    failed_tries         integer NOT NULL DEFAULT 0 CHECK (failed_tries >= 0),
    locked_until         timestamptz,
    created_at           timestamptz NOT NULL,
    CONSTRAINT account_adult_second_factor
        CHECK (role = 'student' OR totp_secret_sealed IS NOT NULL)
);
COMMENT ON COLUMN account.totp_last_step IS 'a one-time code of this 30 s step or before is refused';

CREATE TABLE session (
    id           uuid PRIMARY KEY,
    token_sha256 bytea NOT NULL UNIQUE CHECK (octet_length(token_sha256) = 32),
    account      uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    created_at   timestamptz NOT NULL,
    last_seen_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    closed_at    timestamptz
);
CREATE INDEX session_by_account ON session (account);
-- Role, state, login and password have no way to be changed by the application: signing in counts
-- tries and steps, a session is seen and closed, a person is erased.
GRANT SELECT, INSERT, DELETE ON account, session TO ibasho_app;
GRANT UPDATE (failed_tries, locked_until, totp_last_step) ON account TO ibasho_app;
GRANT UPDATE (last_seen_at, closed_at) ON session TO ibasho_app;
