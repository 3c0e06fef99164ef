-- 0042_passkey: passkeys, an adult's second factor or his whole sign-in (NI-2.3.4-2b). The
-- credential is found by a keyed blind index; its id, key and label are sealed under the person's
-- own key. challenge_at is what makes a challenge usable once: the moment the last one that was
-- used had been given out. Lock: none on existing tables. Undo: DROP TABLE passkey.
CREATE TABLE passkey (
    id                uuid PRIMARY KEY,
    account           uuid NOT NULL REFERENCES account ON DELETE CASCADE,
    credential_index  bytea NOT NULL UNIQUE CHECK (octet_length(credential_index) = 16),
    credential_sealed bytea NOT NULL,
    public_key_sealed bytea NOT NULL,
    algorithm         integer NOT NULL CHECK (algorithm IN (-7, -8, -257)),
    sign_count        bigint NOT NULL CHECK (sign_count BETWEEN 0 AND 4294967295),
    label_sealed      bytea NOT NULL,
    challenge_at      timestamptz NOT NULL,
    created_at        timestamptz NOT NULL,
    used_at           timestamptz,
    ended_at          timestamptz
);
CREATE INDEX passkey_by_account ON passkey (account, created_at);
COMMENT ON COLUMN passkey.sign_count IS 'what its authenticator said last; 0: it does not count';
GRANT SELECT, INSERT, DELETE ON passkey TO ibasho_app;
GRANT UPDATE (sign_count, challenge_at, used_at, ended_at) ON passkey TO ibasho_app;
