-- 0043_roster: what a roster package brings besides schools and people (NI-T2-1): school years,
-- courses, classes, who is in which class, who has which role; the packages themselves with their
-- previews; the roll-over of April. Source ids of things stand in clear, those of persons as keyed
-- blind indexes; a row about a person is kept as it was received, sealed under that person's key.
-- Lock: ACCESS EXCLUSIVE on org for an instant. Undo: drop the new tables, the trigger and its
-- function, and org.received.
SET LOCAL lock_timeout = '5s';

ALTER TABLE org ADD COLUMN received text NOT NULL DEFAULT '';
COMMENT ON COLUMN org.received IS 'the orgs.csv row as received: a row of its column names, a row of its fields';
COMMENT ON COLUMN person.roster_sealed IS
    'the users.csv row as received: a row of its column names, a row of its fields; never a password';
GRANT UPDATE (kind, source_id, received) ON org TO ibasho_app;

CREATE TABLE academic_session (
    id          uuid PRIMARY KEY,
    source_id   text UNIQUE,
    title       text NOT NULL,
    school_year integer NOT NULL,
    begins_on   date,
    ends_on     date,
    received    text NOT NULL,
    left_at     timestamptz,
    created_at  timestamptz NOT NULL
);
CREATE TABLE course (
    id         uuid PRIMARY KEY,
    source_id  text UNIQUE,
    title      text NOT NULL,
    org        uuid REFERENCES org,
    session    uuid REFERENCES academic_session,
    received   text NOT NULL,
    left_at    timestamptz,
    created_at timestamptz NOT NULL
);
CREATE TABLE school_class (
    id          uuid PRIMARY KEY,
    source_id   text UNIQUE,
    title       text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('homeroom', 'scheduled')),
    school      uuid REFERENCES org,
    course      uuid REFERENCES course,
    grades      text NOT NULL DEFAULT '',
    school_year integer NOT NULL DEFAULT 0,
    received    text NOT NULL,
    left_at     timestamptz,
    created_at  timestamptz NOT NULL
);
COMMENT ON COLUMN school_class.school_year IS 'of its latest term; 0: not known';
COMMENT ON COLUMN school_class.left_at IS 'over, or gone from the roster; NULL while it is there';
CREATE INDEX school_class_by_school ON school_class (school);

CREATE TABLE enrolment (
    id              uuid PRIMARY KEY,
    class           uuid NOT NULL REFERENCES school_class,
    person          uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    role            text NOT NULL
        CHECK (role IN ('student', 'teacher', 'administrator', 'guardian', 'proctor')),
    is_primary      boolean NOT NULL DEFAULT false,
    number          integer NOT NULL DEFAULT 0 CHECK (number >= 0),
    begins_on       date,
    ends_on         date,
    source_index    bytea UNIQUE CHECK (octet_length(source_index) = 16),
    received_sealed bytea,
    left_at         timestamptz,
    created_at      timestamptz NOT NULL
);
COMMENT ON COLUMN enrolment.left_at IS 'over, or gone from the roster; NULL while it holds';
CREATE INDEX enrolment_by_person ON enrolment (person);
CREATE INDEX enrolment_by_class ON enrolment (class);

CREATE TABLE person_role (
    id              uuid PRIMARY KEY,
    person          uuid NOT NULL REFERENCES person ON DELETE CASCADE,
    org             uuid REFERENCES org,
    role            text NOT NULL CHECK (role IN ('student', 'guardian', 'teacher', 'principal',
                                                  'site_admin', 'district_admin', 'other')),
    is_primary      boolean NOT NULL DEFAULT false,
    begins_on       date,
    ends_on         date,
    source_index    bytea UNIQUE CHECK (octet_length(source_index) = 16),
    received_sealed bytea,
    left_at         timestamptz,
    created_at      timestamptz NOT NULL
);
CREATE INDEX person_role_by_person ON person_role (person);
GRANT SELECT, INSERT, UPDATE ON academic_session, course, school_class TO ibasho_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON enrolment, person_role TO ibasho_app;

-- Whoever was erased does not come back with the next package: the keyed index of his source id
-- stays, and only it. A person decides whether somebody of that source id may come again.
CREATE TABLE erased_source (
    source_index bytea PRIMARY KEY CHECK (octet_length(source_index) = 16),
    erased_at    timestamptz NOT NULL DEFAULT now()
);
GRANT SELECT, DELETE ON erased_source TO ibasho_app;
CREATE FUNCTION erased_source_keep() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS
$$
BEGIN
    INSERT INTO public.erased_source (source_index)
    SELECT i FROM unnest(ARRAY[OLD.source_index, OLD.master_index]) AS i WHERE i IS NOT NULL
    ON CONFLICT DO NOTHING;
    RETURN OLD;
END
$$;
REVOKE ALL ON FUNCTION erased_source_keep() FROM PUBLIC;
CREATE TRIGGER person_erased AFTER DELETE ON person
    FOR EACH ROW EXECUTE FUNCTION erased_source_keep();

-- One row a package. Its bytes and the list of its changes are sealed files under a key of the
-- import's own; when that is destroyed (roster.keep_days) the counts stay.
CREATE TABLE roster_import (
    id           uuid PRIMARY KEY,
    made_at      timestamptz NOT NULL,
    made_by      uuid,
    role         text NOT NULL,
    state        text NOT NULL CHECK (state IN ('refused', 'checked', 'applying', 'applied',
                                                'stale', 'failed')),
    version      text NOT NULL,
    n_errors     integer NOT NULL,
    n_warnings   integer NOT NULL,
    findings     text NOT NULL,
    counts       json NOT NULL,
    file         uuid,
    changes      uuid,
    fingerprint  bytea NOT NULL,
    preview      text NOT NULL,
    n_erased     integer NOT NULL,
    admit_erased boolean NOT NULL DEFAULT false,
    n_total      integer NOT NULL DEFAULT 0,
    n_done       integer NOT NULL DEFAULT 0,
    applied_at   timestamptz,
    applied_by   uuid,
    applied_role text,
    closed_at    timestamptz
);
COMMENT ON COLUMN roster_import.fingerprint IS 'of all that the preview was made against';
COMMENT ON COLUMN roster_import.n_erased IS 'how many were on the list of the erased when it came';
COMMENT ON COLUMN roster_import.closed_at IS 'its key was destroyed: the bytes cannot be read any more';
CREATE INDEX roster_import_by_time ON roster_import (made_at);
GRANT SELECT, INSERT, DELETE ON roster_import TO ibasho_app;
GRANT UPDATE (state, file, changes, admit_erased, n_total, n_done, applied_at, applied_by,
    applied_role, closed_at) ON roster_import TO ibasho_app;

-- The roll-over of April: what apply changes, undo puts back to the letter; what cannot be put
-- back (rights ended, accounts suspended) waits for confirm.
CREATE TABLE rollover (
    id           uuid PRIMARY KEY,
    school_year  integer NOT NULL CHECK (school_year BETWEEN 2000 AND 2200),
    state        text NOT NULL CHECK (state IN ('previewed', 'applied', 'confirmed', 'undone')),
    made_at      timestamptz NOT NULL,
    made_by      uuid,
    role         text NOT NULL,
    counts       json NOT NULL,
    fingerprint  bytea NOT NULL,
    preview      text NOT NULL,
    applied_at   timestamptz,
    applied_by   uuid,
    undone_at    timestamptz,
    undone_by    uuid,
    confirmed_at timestamptz,
    confirmed_by uuid
);
CREATE UNIQUE INDEX rollover_once_a_year ON rollover (school_year)
    WHERE state IN ('applied', 'confirmed');
CREATE TABLE rollover_change (
    id            uuid PRIMARY KEY,
    rollover      uuid NOT NULL REFERENCES rollover,
    n             integer NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('up', 'graduate', 'leave', 'transfer', 'hold',
                                                'unknown', 'class', 'enrolment', 'right')),
    person        uuid REFERENCES person ON DELETE CASCADE,
    object        uuid,
    school_before uuid,
    school        uuid,
    grade_before  text NOT NULL DEFAULT '',
    grade         text NOT NULL DEFAULT '',
    UNIQUE (rollover, n)
);
COMMENT ON COLUMN rollover_change.object IS 'the class, enrolment or right; NULL: the person himself';
CREATE INDEX rollover_change_by_person ON rollover_change (person);
GRANT SELECT, INSERT ON rollover TO ibasho_app;
GRANT UPDATE (state, applied_at, applied_by, undone_at, undone_by, confirmed_at, confirmed_by)
    ON rollover TO ibasho_app;
GRANT SELECT, INSERT, DELETE ON rollover_change TO ibasho_app;
