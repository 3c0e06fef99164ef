-- 0085_classes: the plan of classes [授業]: slots of one day that differ from the template, courses in
-- versions with their pages, what a commissioner decided about them, lessons (a course in a slot) in
-- versions with their staff, and what staff are qualified for (AI-4.4-キ-ア ... AI-4.4-キ-オ,
-- AI-4.4-カ-ロ, AI-4.3-イ-ア-1). Leaves of the audit log: added and read, never changed; the newest of a
-- day, course or lesson holds. Texts that may name a person are sealed: of courses, pages and links
-- under a record key, of a qualification under the key of whoever has it.
-- No lock on what exists. Undo: DROP TABLE of the eight.
SET LOCAL lock_timeout = '2s';

CREATE TABLE class_day (
    id     uuid PRIMARY KEY,
    n      bigint NOT NULL UNIQUE CHECK (n >= 1),
    day    date NOT NULL,
    is_own boolean NOT NULL,
    slots  text NOT NULL,
    at     timestamptz NOT NULL,
    by     uuid,
    role   text NOT NULL,
    CHECK (is_own OR slots = '')
);
COMMENT ON COLUMN class_day.is_own IS 'false: back to the template of the day';
COMMENT ON COLUMN class_day.slots IS '10:15-11:00 13:30-14:15, by time; empty: none that day';
CREATE INDEX class_day_by_day ON class_day (day, n DESC);
GRANT SELECT, INSERT ON class_day TO ibasho_app;

CREATE TABLE class_course (
    id             uuid PRIMARY KEY,
    n              bigint NOT NULL UNIQUE CHECK (n >= 1),
    course         uuid NOT NULL,
    version        integer NOT NULL CHECK (version >= 1),
    kind           text NOT NULL CHECK (kind IN ('subject', 'communication', 'relax', 'guest',
                                                 'experience', 'other')),
    picture        text NOT NULL,
    has_hand       boolean NOT NULL,
    has_poll       boolean NOT NULL,
    has_question   boolean NOT NULL,
    places         integer CHECK (places BETWEEN 1 AND 1000),
    title_sealed   bytea NOT NULL,
    summary_sealed bytea NOT NULL,
    at             timestamptz NOT NULL,
    by             uuid,
    role           text NOT NULL,
    UNIQUE (course, version),
    CHECK (has_hand OR has_poll OR has_question)
);
COMMENT ON COLUMN class_course.course IS 'the id of its first version';
COMMENT ON COLUMN class_course.places IS 'NULL: no bound';
GRANT SELECT, INSERT ON class_course TO ibasho_app;

CREATE TABLE class_pages (
    id           uuid PRIMARY KEY,
    n            bigint NOT NULL UNIQUE CHECK (n >= 1),
    course       uuid NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    n_pages      integer NOT NULL CHECK (n_pages BETWEEN 0 AND 30),
    pages_sealed bytea NOT NULL,
    at           timestamptz NOT NULL,
    by           uuid,
    role         text NOT NULL,
    UNIQUE (course, version)
);
COMMENT ON COLUMN class_pages.version IS 'counts by itself; a course without pages has none';
GRANT SELECT, INSERT ON class_pages TO ibasho_app;

CREATE TABLE class_course_step (
    id            uuid PRIMARY KEY,
    n             bigint NOT NULL UNIQUE CHECK (n >= 1),
    course        uuid NOT NULL,
    step          text NOT NULL CHECK (step IN ('decide', 'withdraw', 'end', 'resume')),
    version       integer NOT NULL,
    pages_version integer NOT NULL CHECK (pages_version >= 0),
    at            timestamptz NOT NULL,
    by            uuid,
    role          text NOT NULL
);
COMMENT ON COLUMN class_course_step.version IS 'of the course, as it was then: what pupils see after decide';
COMMENT ON COLUMN class_course_step.pages_version IS '0: no pages';
CREATE INDEX class_course_step_by_course ON class_course_step (course, n DESC);
GRANT SELECT, INSERT ON class_course_step TO ibasho_app;

CREATE TABLE class_lesson (
    id           uuid PRIMARY KEY,
    n            bigint NOT NULL UNIQUE CHECK (n >= 1),
    lesson       uuid NOT NULL,
    version      integer NOT NULL CHECK (version >= 1),
    day          date NOT NULL,
    slot         integer NOT NULL CHECK (slot BETWEEN 1 AND 8),
    from_at      timestamptz NOT NULL,
    to_at        timestamptz NOT NULL,
    course       uuid NOT NULL,
    floor        text NOT NULL,
    area         text,
    places       integer CHECK (places BETWEEN 1 AND 1000),
    sub_supports boolean NOT NULL,
    is_cancelled boolean NOT NULL,
    link_sealed  bytea,
    at           timestamptz NOT NULL,
    by           uuid,
    role         text NOT NULL,
    UNIQUE (lesson, version),
    CHECK (from_at < to_at)
);
COMMENT ON COLUMN class_lesson.from_at IS 'of the slot as it was when this version was written';
COMMENT ON COLUMN class_lesson.places IS 'NULL: those of the course';
COMMENT ON COLUMN class_lesson.sub_supports IS 'the sub instructor is the support staff, too';
CREATE INDEX class_lesson_by_day ON class_lesson (day);
GRANT SELECT, INSERT ON class_lesson TO ibasho_app;

CREATE TABLE class_lesson_staff (
    lesson_version uuid NOT NULL REFERENCES class_lesson (id),
    part           text NOT NULL CHECK (part IN ('main', 'sub', 'support')),
    account        uuid NOT NULL,
    PRIMARY KEY (lesson_version, part, account)
);
CREATE INDEX class_lesson_staff_by_account ON class_lesson_staff (account);
GRANT SELECT, INSERT ON class_lesson_staff TO ibasho_app;

CREATE TABLE qualification (
    id          uuid PRIMARY KEY,
    n           bigint NOT NULL UNIQUE CHECK (n >= 1),
    account     uuid NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('support_experience', 'support_training',
                                              'expertise')),
    since       date NOT NULL,
    until       date,
    what_sealed bytea NOT NULL,
    at          timestamptz NOT NULL,
    by          uuid,
    role        text NOT NULL,
    CHECK (until >= since)
);
COMMENT ON COLUMN qualification.until IS 'the last day; NULL: without an end';
CREATE INDEX qualification_by_account ON qualification (account);
GRANT SELECT, INSERT ON qualification TO ibasho_app;

CREATE TABLE qualification_end (
    id            uuid PRIMARY KEY,
    qualification uuid NOT NULL UNIQUE REFERENCES qualification (id),
    ended_on      date NOT NULL,
    at            timestamptz NOT NULL,
    by            uuid,
    role          text NOT NULL
);
COMMENT ON COLUMN qualification_end.ended_on IS 'the last day on which it counts';
GRANT SELECT, INSERT ON qualification_end TO ibasho_app;
