-- 0076_measures: what staff stopped, for whom or on which floor, until when and why, and what they
-- lifted again (AI-2.7-ア, AI-2.7-ウ); reactions as they were used (AI-2.5-エ). Leaves of the audit
-- log: added and read, past their term taken out. A version of a profile also keeps the name that
-- staff took away with it: nobody gives it to himself again.
-- Lock: ACCESS EXCLUSIVE on profile_version for one column without a default. Undo: DROP the three
-- tables and the column.
SET LOCAL lock_timeout = '2s';

CREATE TABLE measure (
    id                 uuid PRIMARY KEY,
    at                 timestamptz NOT NULL,
    by                 uuid NOT NULL,
    by_role            text NOT NULL,
    account            uuid,
    floor              text NOT NULL DEFAULT '',
    kind               text NOT NULL
        CHECK (kind IN ('chat', 'react', 'mute', 'eject', 'rename', 'slow')),
    until_at           timestamptz,
    seconds            integer CHECK (seconds BETWEEN 1 AND 3600),
    reason_sealed      bytea NOT NULL,
    name_before_sealed bytea,
    name_after_sealed  bytea,
    CHECK ((account IS NULL) = (floor <> '')),
    CHECK ((kind = 'slow') = (seconds IS NOT NULL)),
    CHECK ((kind = 'rename') = (name_after_sealed IS NOT NULL)),
    CHECK (kind NOT IN ('eject', 'rename') OR account IS NOT NULL),
    CHECK (kind <> 'eject' OR until_at IS NOT NULL)
);
COMMENT ON COLUMN measure.account IS 'NULL: everybody on the floor whom measures bind';
COMMENT ON COLUMN measure.until_at IS 'NULL: until it is lifted';
COMMENT ON COLUMN measure.seconds IS 'of slow: between two lines of one person';
CREATE INDEX measure_by_time ON measure (at, id);
CREATE INDEX measure_by_account ON measure (account, at);

CREATE TABLE measure_lift (
    id            uuid PRIMARY KEY,
    at            timestamptz NOT NULL,
    measure       uuid NOT NULL UNIQUE,
    by            uuid NOT NULL,
    by_role       text NOT NULL,
    reason_sealed bytea
);
CREATE INDEX measure_lift_by_time ON measure_lift (at);

CREATE TABLE reaction_event (
    id      uuid PRIMARY KEY,
    at      timestamptz NOT NULL,
    account uuid NOT NULL,
    visit   uuid NOT NULL,
    floor   text NOT NULL,
    copy    integer NOT NULL CHECK (copy >= 1),
    room    text NOT NULL DEFAULT '',
    session uuid,
    kind    text NOT NULL
);
COMMENT ON COLUMN reaction_event.room IS 'closed room it was seen in; empty: none';
COMMENT ON COLUMN reaction_event.session IS 'place_session.session that was running; NULL: none';
CREATE INDEX reaction_event_by_time ON reaction_event (at, id);
CREATE INDEX reaction_event_by_account ON reaction_event (account, at);

GRANT SELECT, INSERT, DELETE ON measure, measure_lift, reaction_event TO ibasho_app;

ALTER TABLE profile_version ADD COLUMN name_before_sealed bytea;
COMMENT ON COLUMN profile_version.name_before_sealed IS 'taken away by staff with this version';
