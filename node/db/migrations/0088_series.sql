-- 0088_series: a course that one town holds and others take part in, date by date [連続講座] (CARD-2,
-- CARD-4, CARD-8, CARD-9). fed_series stands at the host and at every guest, with its dates; who was
-- offered it at the host; after a date three counts a node. fed_series_step is a leaf of the audit
-- log: who made, offered, accepted, changed and ended what. Texts, materials and the key of evidence
-- are sealed under a record key. ended_at counts the term of keeping; it is the same in all rows of
-- a series. Lock: none on existing tables. Undo: DROP the five.
SET LOCAL lock_timeout = '2s';

CREATE TABLE fed_series (
    series       uuid PRIMARY KEY,
    host         uuid NOT NULL,
    is_host      boolean NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    state        text NOT NULL CHECK (state IN ('open', 'offered', 'accepted', 'declined', 'left',
                                                'ended')),
    floor        text NOT NULL UNIQUE,
    course       uuid,
    places       integer NOT NULL CHECK (places BETWEEN 1 AND 1000),
    key_sealed   bytea NOT NULL,
    text_sealed  bytea NOT NULL,
    more_sealed  bytea NOT NULL,
    made_at      timestamptz NOT NULL,
    by           uuid,
    until_at     timestamptz,
    decided_at   timestamptz,
    decided_by   uuid,
    ended_at     timestamptz,
    CHECK (is_host = (by IS NOT NULL)),
    CHECK (NOT is_host OR state IN ('open', 'ended')),
    CHECK ((state IN ('declined', 'left', 'ended')) = (ended_at IS NOT NULL))
);
COMMENT ON COLUMN fed_series.version IS 'counts what was changed, so that nobody decides about what he did not see';
COMMENT ON COLUMN fed_series.course IS 'of this node; NULL until it was accepted';
COMMENT ON COLUMN fed_series.places IS 'of this node';
COMMENT ON COLUMN fed_series.made_at IS 'at a guest: when the offer came in';
COMMENT ON COLUMN fed_series.until_at IS 'until when the offer may be answered';

CREATE TABLE fed_series_lesson (
    series       uuid NOT NULL,
    n            integer NOT NULL CHECK (n BETWEEN 1 AND 60),
    host         uuid NOT NULL,
    class        bigint NOT NULL CHECK (class BETWEEN 1 AND 4294967295),
    lesson       uuid UNIQUE,
    from_at      timestamptz NOT NULL,
    to_at        timestamptz NOT NULL,
    is_cancelled boolean NOT NULL,
    counted_at   timestamptz,
    ended_at     timestamptz,
    PRIMARY KEY (series, n),
    UNIQUE (host, class),
    CHECK (from_at < to_at)
);
COMMENT ON COLUMN fed_series_lesson.lesson IS 'class_lesson.lesson of this node; NULL until it was accepted';
COMMENT ON COLUMN fed_series_lesson.counted_at IS 'when this node counted its own children';
CREATE INDEX fed_series_lesson_by_time ON fed_series_lesson (to_at);

CREATE TABLE fed_series_node (
    series      uuid NOT NULL,
    node        uuid NOT NULL,
    places      integer NOT NULL CHECK (places BETWEEN 1 AND 1000),
    state       text NOT NULL CHECK (state IN ('offered', 'refused', 'accepted', 'declined', 'left',
                                               'ended')),
    code        text NOT NULL DEFAULT '',
    offered_at  timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at    timestamptz,
    PRIMARY KEY (series, node),
    CHECK ((state = 'refused') = (code <> ''))
);
COMMENT ON COLUMN fed_series_node.code IS 'why that node did not take the offer in';

CREATE TABLE fed_series_count (
    series     uuid NOT NULL,
    n          integer NOT NULL,
    node       uuid NOT NULL,
    n_chosen   integer NOT NULL CHECK (n_chosen BETWEEN 0 AND 1000),
    n_joined   integer NOT NULL CHECK (n_joined BETWEEN 0 AND 1000),
    n_attended integer NOT NULL CHECK (n_attended BETWEEN 0 AND n_joined),
    at         timestamptz NOT NULL,
    ended_at   timestamptz,
    PRIMARY KEY (series, n, node)
);

CREATE TABLE fed_series_step (
    id      uuid PRIMARY KEY,
    at      timestamptz NOT NULL,
    series  uuid NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('make', 'offer', 'places', 'lesson', 'end', 'accept',
                                          'decline', 'leave', 'got_offer', 'got_change', 'got_end',
                                          'got_answer', 'refused')),
    version integer NOT NULL CHECK (version >= 1),
    node    uuid,
    n       integer NOT NULL CHECK (n >= 0),
    by      uuid,
    role    text NOT NULL,
    CHECK ((by IS NULL) = (role = ''))
);
COMMENT ON COLUMN fed_series_step.n IS 'of the date; 0: none. Of places: how many';
CREATE INDEX fed_series_step_by_series ON fed_series_step (series, at);

GRANT SELECT, INSERT, UPDATE, DELETE ON fed_series, fed_series_lesson, fed_series_node, fed_series_count
    TO ibasho_app;
GRANT SELECT, INSERT ON fed_series_step TO ibasho_app;
