-- 0079_log_export: who took the logs a to d out of the node or searched what people wrote, why, and how
-- many rows it came to (AI-2.7-イ). One row a request, one a step of it (a second person's approval, a
-- file begun, its end); all are leaves of the audit log: added and read, never changed. The reason and
-- the words looked for may name somebody: sealed under the request's own key.
-- Lock: none on existing tables. Undo: DROP TABLE log_export_step, log_export.
SET LOCAL lock_timeout = '2s';

CREATE TABLE log_export (
    id            uuid PRIMARY KEY,
    at            timestamptz NOT NULL,
    by            uuid NOT NULL,
    by_role       text NOT NULL,
    act           text NOT NULL CHECK (act IN ('export', 'search')),
    kinds         integer NOT NULL CHECK (kinds BETWEEN 1 AND 15),
    from_at       timestamptz NOT NULL,
    until_at      timestamptz NOT NULL,
    account       uuid,
    floor         text NOT NULL DEFAULT '',
    format        text NOT NULL CHECK (format IN ('csv', 'json')),
    charset       text NOT NULL CHECK (charset IN ('utf8', 'sjis')),
    has_bom       boolean NOT NULL,
    is_for_guests boolean NOT NULL,
    is_bulk       boolean NOT NULL,
    reason_sealed bytea NOT NULL,
    words_sealed  bytea,
    CONSTRAINT log_export_period CHECK (from_at < until_at),
    CONSTRAINT log_export_words CHECK ((act = 'search') = (words_sealed IS NOT NULL))
);
COMMENT ON COLUMN log_export.id IS 'made by the client: a request that is sent again is known';
COMMENT ON COLUMN log_export.kinds IS 'sum of 1 entry, 2 chat, 4 voice, 8 reaction';
COMMENT ON COLUMN log_export.is_bulk IS 'more than one person, or a long period: a second person approves';
COMMENT ON COLUMN log_export.is_for_guests IS 'without IDs, under other names';
CREATE INDEX log_export_by_time ON log_export (at, id);

CREATE TABLE log_export_step (
    id       uuid PRIMARY KEY,
    at       timestamptz NOT NULL,
    export   uuid NOT NULL REFERENCES log_export,
    by       uuid NOT NULL,
    by_role  text NOT NULL,
    kind     text NOT NULL CHECK (kind IN ('approved', 'begun', 'ended')),
    n_rows   bigint CHECK (n_rows >= 0),
    n_bytes  bigint CHECK (n_bytes >= 0),
    is_whole boolean,
    CONSTRAINT log_export_step_end CHECK ((kind = 'ended') = (n_rows IS NOT NULL)
                                          AND (kind = 'ended') = (n_bytes IS NOT NULL)
                                          AND (kind = 'ended') = (is_whole IS NOT NULL))
);
COMMENT ON COLUMN log_export_step.is_whole IS 'of ended: all rows went out; else it was cut';
CREATE INDEX log_export_step_by_export ON log_export_step (export, at);
CREATE UNIQUE INDEX log_export_step_approved ON log_export_step (export) WHERE kind = 'approved';
GRANT SELECT, INSERT ON log_export, log_export_step TO ibasho_app;
