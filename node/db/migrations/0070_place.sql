-- 0070_place: what the place keeps: floors as they were published, how full they get, who may
-- enter, sessions, who came and left, and who stood where (AI-2.3-ア, AI-2.5-ア, AI-4.3-イ,
-- SE-4.1-イ). Rows of the first five tables are leaves of the audit log: added, read, past their
-- term taken out, nothing else; n counts in the order of commits, the newest of its kind holds.
-- Lock: none on existing tables. Undo: DROP the six tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE floor_version (
    id         uuid PRIMARY KEY,
    n          bigint NOT NULL UNIQUE CHECK (n >= 1),
    floor      text NOT NULL CHECK (floor ~ '^[a-z0-9-]{1,32}$'),
    version    integer NOT NULL CHECK (version >= 1),
    of_version integer CHECK (of_version >= 0),
    body       text NOT NULL,
    hash       text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
    at         timestamptz NOT NULL,
    by         uuid,
    role       text NOT NULL,
    UNIQUE (floor, version)
);
COMMENT ON COLUMN floor_version.version IS 'of the floor, from 1; 0 is the ready floor of the program';
COMMENT ON COLUMN floor_version.of_version IS 'brought back from that version; NULL: a new body';
COMMENT ON COLUMN floor_version.body IS 'canonical JSON of the floor file';

CREATE TABLE floor_plan (
    id        uuid PRIMARY KEY,
    n         bigint NOT NULL UNIQUE CHECK (n >= 1),
    floor     text NOT NULL,
    capacity  integer CHECK (capacity BETWEEN 1 AND 10000),
    when_full text NOT NULL CHECK (when_full IN ('copy', 'wait')),
    is_hidden boolean NOT NULL,
    at        timestamptz NOT NULL,
    by        uuid,
    role      text NOT NULL
);
COMMENT ON COLUMN floor_plan.capacity IS 'NULL: the setting place.floor_capacity';
CREATE INDEX floor_plan_by_floor ON floor_plan (floor, n DESC);

CREATE TABLE floor_rule (
    id           uuid PRIMARY KEY,
    n            bigint NOT NULL UNIQUE CHECK (n >= 1),
    floor        text NOT NULL,
    subject_kind text NOT NULL CHECK (subject_kind IN ('everyone', 'role', 'school', 'grade',
                                                       'class', 'account')),
    subject      uuid,
    code         text NOT NULL DEFAULT '',
    verdict      text NOT NULL CHECK (verdict IN ('allow', 'deny', 'none')),
    from_at      timestamptz,
    until_at     timestamptz,
    at           timestamptz NOT NULL,
    by           uuid,
    role         text NOT NULL,
    CHECK ((subject_kind IN ('school', 'class', 'account')) = (subject IS NOT NULL)),
    CHECK ((subject_kind IN ('role', 'grade')) = (code <> '')),
    CHECK (coalesce(from_at < until_at, true))
);
COMMENT ON COLUMN floor_rule.floor IS 'empty: every floor';
COMMENT ON COLUMN floor_rule.verdict IS 'none: the rule is withdrawn';
CREATE INDEX floor_rule_by_key ON floor_rule (floor, subject_kind, subject, code, n DESC);

CREATE TABLE place_session (
    id           uuid PRIMARY KEY,
    n            bigint NOT NULL UNIQUE CHECK (n >= 1),
    session      uuid NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    floor        text NOT NULL,
    title        text NOT NULL,
    from_at      timestamptz NOT NULL,
    until_at     timestamptz NOT NULL,
    capacity     integer CHECK (capacity BETWEEN 1 AND 10000),
    is_anonymous boolean NOT NULL,
    is_cancelled boolean NOT NULL,
    at           timestamptz NOT NULL,
    by           uuid,
    role         text NOT NULL,
    UNIQUE (session, version),
    CHECK (from_at < until_at)
);
COMMENT ON COLUMN place_session.session IS 'made by the client; its newest version holds';
COMMENT ON COLUMN place_session.title IS 'everybody may see it: not for names';

CREATE TABLE visit_event (
    id       uuid PRIMARY KEY,
    visit    uuid NOT NULL,
    at       timestamptz NOT NULL,
    account  uuid NOT NULL,
    kind     text NOT NULL CHECK (kind IN ('entry', 'move', 'exit', 'lost')),
    floor    text NOT NULL,
    copy     integer NOT NULL CHECK (copy >= 1),
    session  uuid,
    reason   text NOT NULL DEFAULT '',
    is_trial boolean NOT NULL
);
COMMENT ON COLUMN visit_event.session IS 'place_session.session that was running; NULL: none';
COMMENT ON COLUMN visit_event.reason IS 'of exit and lost: a word of the program';
CREATE INDEX visit_event_by_time ON visit_event (at, id);
CREATE INDEX visit_event_by_account ON visit_event (account, at);
CREATE INDEX visit_event_by_visit ON visit_event (visit);
GRANT SELECT, INSERT ON floor_version, floor_plan, floor_rule, place_session TO ibasho_app;
-- Past its term a row goes with a leaf that says so.
GRANT SELECT, INSERT, DELETE ON visit_event TO ibasho_app;

-- Where somebody stands now, for a program that comes up again; no history.
CREATE TABLE visit_seat (
    account      uuid PRIMARY KEY REFERENCES account ON DELETE CASCADE,
    visit        uuid NOT NULL UNIQUE,
    floor        text NOT NULL,
    copy         integer NOT NULL CHECK (copy >= 1),
    x            integer NOT NULL,
    y            integer NOT NULL,
    rung         text NOT NULL,
    state        text NOT NULL,
    has_distance boolean NOT NULL,
    room         text,
    session      uuid,
    token_sha256 bytea NOT NULL CHECK (octet_length(token_sha256) = 32),
    is_trial     boolean NOT NULL,
    at           timestamptz NOT NULL
);
COMMENT ON COLUMN visit_seat.room IS 'closed room he is in; NULL: none';
COMMENT ON COLUMN visit_seat.token_sha256 IS 'of the token with which his device comes back';
GRANT SELECT, INSERT, UPDATE, DELETE ON visit_seat TO ibasho_app;
