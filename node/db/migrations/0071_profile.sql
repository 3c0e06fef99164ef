-- 0071_profile: how a person wants to be seen: every version of display name, figure, one-line
-- note and ways to be talked to, as leaves of the audit log (AI-2.2-エ). The display name in force
-- stays account.display_name_sealed, changed in the same transaction; its keyed index keeps chosen
-- names unique, and goes with the account's row.
-- Lock: ACCESS EXCLUSIVE on account for one column without a default, SHARE for one index of 500 rows.
-- Undo: DROP the table, the index, the column.
SET LOCAL lock_timeout = '5s';
CREATE TABLE profile_version (
    id            uuid PRIMARY KEY,
    n             bigint NOT NULL UNIQUE CHECK (n > 0),
    account       uuid NOT NULL,
    at            timestamptz NOT NULL,
    author        uuid NOT NULL,
    author_role   text NOT NULL,
    name_sealed   bytea NOT NULL,
    kind          text NOT NULL,
    colour        text NOT NULL,
    note_sealed   bytea NOT NULL,
    ways          integer NOT NULL CHECK (ways BETWEEN 0 AND 7),
    reason_sealed bytea,
    -- Who changes another's says why.
    CHECK ((author = account) = (reason_sealed IS NULL))
);
COMMENT ON COLUMN profile_version.n IS 'counts over all accounts, in the order of commits';
COMMENT ON COLUMN profile_version.ways IS '1 open talk, 2 asking for private talk, 4 waving';
CREATE INDEX profile_version_by_account ON profile_version (account, n DESC);
GRANT SELECT, INSERT ON profile_version TO ibasho_app;

ALTER TABLE account
    ADD COLUMN display_name_index bytea
        CHECK (display_name_index IS NULL OR octet_length(display_name_index) = 16);
COMMENT ON COLUMN account.display_name_index IS 'of a chosen name, folded; NULL: as it was issued';
CREATE UNIQUE INDEX account_by_display_name ON account (display_name_index)
    WHERE display_name_index IS NOT NULL AND state <> 'closed';
GRANT UPDATE (display_name_index) ON account TO ibasho_app;
