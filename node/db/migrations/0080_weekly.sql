-- 0080_weekly: the weekly report of logins and visits (AI-4.6-ア-1): who is to receive it, what it
-- says, to whom it went, who opened it (AI-4.6-1, AI-4.6-3); and a file that goes with a notice.
-- Lock: ACCESS EXCLUSIVE on notify_notice for a moment (a column without default). Undo: DROP the
-- five tables and the column.
SET LOCAL lock_timeout = '2s';

ALTER TABLE notify_notice ADD COLUMN attachment uuid;
COMMENT ON COLUMN notify_notice.attachment IS 'file.id that goes with a mail; NULL: none';

-- Leaves of the audit log: added and read, and past their term deleted with a leaf that says so.
CREATE TABLE weekly_report (
    id       uuid PRIMARY KEY,
    week_at  timestamptz NOT NULL UNIQUE,
    made_at  timestamptz NOT NULL,
    made_by  uuid,
    n_pupils integer NOT NULL CHECK (n_pupils >= 0),
    n_lines  integer NOT NULL CHECK (n_lines >= 0),
    sum      bytea NOT NULL CHECK (octet_length(sum) = 32)
);
COMMENT ON COLUMN weekly_report.week_at IS 'Monday 00:00 in Tokyo';
COMMENT ON COLUMN weekly_report.made_by IS 'who asked for it; NULL: the node, at its hour';
COMMENT ON COLUMN weekly_report.sum IS 'SHA-256 over the canonical form of its lines';

-- What the report says: ids and times, no name. Never changed.
CREATE TABLE weekly_line (
    report       uuid NOT NULL,
    n            integer NOT NULL CHECK (n >= 0),
    made_at      timestamptz NOT NULL,
    account      uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('none', 'login', 'stay')),
    begin_at     timestamptz,
    end_at       timestamptz,
    end_how      text NOT NULL
        CHECK (end_how IN ('open', 'out', 'ended', 'unused', 'exit', 'lost', 'next')),
    is_continued boolean NOT NULL,
    n_lost       integer NOT NULL CHECK (n_lost >= 0),
    seconds      integer NOT NULL CHECK (seconds >= 0),
    is_trial     boolean NOT NULL,
    PRIMARY KEY (report, n),
    CONSTRAINT weekly_line_begins CHECK ((kind = 'none') = (begin_at IS NULL))
);
CREATE INDEX weekly_line_by_time ON weekly_line (made_at);

-- Decisions of a commissioner; the newest of an account holds. Leaves.
CREATE TABLE report_receiver (
    id      uuid PRIMARY KEY,
    at      timestamptz NOT NULL,
    account uuid NOT NULL,
    way     text NOT NULL CHECK (way IN ('screen', 'mail')),
    is_on   boolean NOT NULL,
    by      uuid NOT NULL,
    by_role text NOT NULL
);
COMMENT ON COLUMN report_receiver.way IS 'mail: an encrypted file to the registered address, too';
CREATE INDEX report_receiver_by_account ON report_receiver (account, at, id);

-- One report for one receiver: only who has a row here may open it.
CREATE TABLE weekly_delivery (
    id              uuid PRIMARY KEY,
    report          uuid NOT NULL,
    account         uuid NOT NULL,
    way             text NOT NULL CHECK (way IN ('screen', 'mail')),
    made_at         timestamptz NOT NULL,
    n_addresses     integer NOT NULL DEFAULT 0 CHECK (n_addresses >= 0),
    file            uuid,
    password_sealed bytea,
    UNIQUE (report, account)
);
COMMENT ON COLUMN weekly_delivery.file IS 'the encrypted file, until it is sent';
COMMENT ON COLUMN weekly_delivery.password_sealed IS 'under the receiver''s key, until he saw it';
CREATE INDEX weekly_delivery_with_file ON weekly_delivery (made_at) WHERE file IS NOT NULL;

-- Leaves: given to a receiver, opened by him, his password shown.
CREATE TABLE weekly_step (
    id      uuid PRIMARY KEY,
    at      timestamptz NOT NULL,
    report  uuid NOT NULL,
    account uuid NOT NULL,
    step    text NOT NULL CHECK (step IN ('given', 'mailed', 'pdf', 'csv', 'password'))
);
COMMENT ON COLUMN weekly_step.step IS 'mailed: given, and an encrypted file made for the mail';
CREATE INDEX weekly_step_by_report ON weekly_step (report, account, at);

GRANT SELECT, INSERT, DELETE ON weekly_report, weekly_line, weekly_delivery, weekly_step TO ibasho_app;
GRANT SELECT, INSERT ON report_receiver TO ibasho_app;
GRANT UPDATE (n_addresses, file, password_sealed) ON weekly_delivery TO ibasho_app;
