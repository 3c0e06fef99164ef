-- 0044_watch: whose records a list showed, and notices of watching (NI-2.3.4-2c, NI-T3-10).
-- Lock: none on existing tables. Undo: DROP the three tables.
SET LOCAL lock_timeout = '2s';

-- id is the access record's; leaves of the audit log, so added and read, nothing else.
CREATE TABLE access_shown (
    id      uuid PRIMARY KEY,
    persons uuid[] NOT NULL CHECK (cardinality(persons) > 0)
);
CREATE INDEX access_shown_by_person ON access_shown USING gin (persons);

CREATE TABLE watch_notice (
    id        uuid PRIMARY KEY,
    account   uuid NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('burst', 'day', 'slow')),
    at        timestamptz NOT NULL,
    n_persons integer NOT NULL CHECK (n_persons > 0),
    window_s  integer NOT NULL CHECK (window_s > 0),
    rule      text NOT NULL
);
COMMENT ON COLUMN watch_notice.rule IS 'the setting that was passed and its value: watch.reads_10min=30';
CREATE INDEX watch_notice_by_account ON watch_notice (account, kind, at);

CREATE TABLE watch_notice_seen (
    id           uuid PRIMARY KEY,
    watch_notice uuid NOT NULL REFERENCES watch_notice,
    at           timestamptz NOT NULL,
    by           uuid NOT NULL,
    UNIQUE (watch_notice, by)
);
GRANT SELECT, INSERT ON access_shown, watch_notice, watch_notice_seen TO ibasho_app;
