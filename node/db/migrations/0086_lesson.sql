-- 0086_lesson: what happens in lessons: who chose which, who was in it and how long, raised hands, the page
-- that is shown, polls, questions that were answered (AI-4.4-キ-イ, AI-4.4-キ-エ, AI-4.6-ア-2, AI-4.6-ア-3);
-- and both where they are put out: the log of lessons, and lessons in the weekly report. A question itself
-- is a line of chat_line. lesson_event is a leaf of the audit log: added, read, and past its term deleted
-- with a leaf that says so. Who gave which answer in a poll is kept until it is closed, and no longer.
-- Lock: ACCESS EXCLUSIVE on log_export for a scan, on weekly_line for a scan. Undo: DROP the seven tables
-- and the five columns, put the two checks back.
SET LOCAL lock_timeout = '2s';

CREATE TABLE lesson_choice (
    id        uuid PRIMARY KEY,
    lesson    uuid NOT NULL,
    account   uuid NOT NULL,
    at        timestamptz NOT NULL,
    is_late   boolean NOT NULL,
    ended_at  timestamptz,
    ended_how text CHECK (ended_how IN ('self', 'other')),
    CONSTRAINT lesson_choice_ended CHECK ((ended_at IS NULL) = (ended_how IS NULL))
);
COMMENT ON COLUMN lesson_choice.is_late IS 'chosen when the lesson had begun';
COMMENT ON COLUMN lesson_choice.ended_how IS 'self: taken back; other: chose another lesson of the slot';
CREATE UNIQUE INDEX lesson_choice_open ON lesson_choice (lesson, account) WHERE ended_at IS NULL;
CREATE INDEX lesson_choice_by_account ON lesson_choice (account, at);
CREATE INDEX lesson_choice_by_time ON lesson_choice (at);

CREATE TABLE lesson_event (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    account     uuid NOT NULL,
    role        text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('joined', 'left')),
    lesson      uuid NOT NULL,
    course      uuid NOT NULL,
    course_version integer NOT NULL CHECK (course_version >= 1),
    course_kind text NOT NULL,
    stay        uuid NOT NULL,
    visit       uuid NOT NULL,
    floor       text NOT NULL,
    reason      text CHECK (reason IN ('self', 'away', 'lost', 'end', 'stopped')),
    is_trial    boolean NOT NULL,
    CONSTRAINT lesson_event_reason CHECK ((kind = 'left') = (reason IS NOT NULL)),
    CONSTRAINT lesson_event_stay CHECK (kind = 'left' OR stay = id)
);
COMMENT ON COLUMN lesson_event.stay IS 'the row by which this stay began';
COMMENT ON COLUMN lesson_event.course_version IS 'of class_course: how the course was called then';
CREATE UNIQUE INDEX lesson_event_stay ON lesson_event (stay, kind);
CREATE INDEX lesson_event_by_time ON lesson_event (at, id);
CREATE INDEX lesson_event_by_account ON lesson_event (account, at);
CREATE INDEX lesson_event_by_lesson ON lesson_event (lesson, at);

CREATE TABLE lesson_seat (
    account   uuid PRIMARY KEY,
    stay      uuid NOT NULL UNIQUE,
    lesson    uuid NOT NULL,
    visit     uuid NOT NULL,
    role      text NOT NULL,
    is_trial  boolean NOT NULL,
    joined_at timestamptz NOT NULL,
    seen_at   timestamptz NOT NULL,
    hand_at   timestamptz
);
COMMENT ON COLUMN lesson_seat.seen_at IS 'the last sign of life: written every ten seconds';
COMMENT ON COLUMN lesson_seat.hand_at IS 'raised a hand; NULL: not';

CREATE TABLE lesson_page_now (
    lesson uuid PRIMARY KEY,
    page   integer NOT NULL CHECK (page >= 1),
    at     timestamptz NOT NULL,
    by     uuid NOT NULL
);

CREATE TABLE lesson_poll (
    id              uuid PRIMARY KEY,
    lesson          uuid NOT NULL,
    at              timestamptz NOT NULL,
    by              uuid NOT NULL,
    question_sealed bytea NOT NULL,
    answers_sealed  bytea NOT NULL,
    n_answers       integer NOT NULL CHECK (n_answers BETWEEN 2 AND 6),
    closed_at       timestamptz,
    counts          integer[],
    CONSTRAINT lesson_poll_closed CHECK ((closed_at IS NULL) = (counts IS NULL))
);
COMMENT ON COLUMN lesson_poll.counts IS 'how many gave each answer; who did is not kept';
CREATE UNIQUE INDEX lesson_poll_open ON lesson_poll (lesson) WHERE closed_at IS NULL;
CREATE INDEX lesson_poll_by_lesson ON lesson_poll (lesson, at);
CREATE INDEX lesson_poll_by_time ON lesson_poll (at);

CREATE TABLE lesson_vote (
    poll    uuid NOT NULL,
    account uuid NOT NULL,
    answer  integer NOT NULL CHECK (answer BETWEEN 0 AND 5),
    at      timestamptz NOT NULL,
    PRIMARY KEY (poll, account)
);

CREATE TABLE lesson_answer (
    line    uuid PRIMARY KEY,
    lesson  uuid NOT NULL,
    account uuid NOT NULL,
    at      timestamptz NOT NULL,
    by      uuid NOT NULL
);
COMMENT ON COLUMN lesson_answer.line IS 'chat_line.id of the question';
CREATE INDEX lesson_answer_by_lesson ON lesson_answer (lesson);

GRANT SELECT, INSERT, DELETE ON lesson_choice, lesson_event, lesson_seat, lesson_page_now, lesson_poll,
    lesson_vote, lesson_answer TO ibasho_app;
GRANT UPDATE (ended_at, ended_how) ON lesson_choice TO ibasho_app;
GRANT UPDATE (seen_at, hand_at) ON lesson_seat TO ibasho_app;
GRANT UPDATE (page, at, by) ON lesson_page_now TO ibasho_app;
GRANT UPDATE (closed_at, counts) ON lesson_poll TO ibasho_app;
GRANT UPDATE (answer, at) ON lesson_vote TO ibasho_app;

ALTER TABLE log_export
    DROP CONSTRAINT log_export_kinds_check,
    ADD CONSTRAINT log_export_kinds_check CHECK (kinds BETWEEN 1 AND 31);
COMMENT ON COLUMN log_export.kinds IS 'sum of 1 entry, 2 chat, 4 voice, 8 reaction, 16 lesson';

ALTER TABLE weekly_line
    DROP CONSTRAINT weekly_line_kind_check,
    ADD CONSTRAINT weekly_line_kind_check CHECK (kind IN ('none', 'login', 'stay', 'lesson')),
    ADD COLUMN lesson uuid,
    ADD COLUMN course uuid,
    ADD COLUMN course_version integer,
    ADD COLUMN course_kind text,
    ADD COLUMN is_attended boolean,
    ADD CONSTRAINT weekly_line_lesson CHECK ((kind = 'lesson') = (lesson IS NOT NULL)
                                             AND (kind = 'lesson') = (course IS NOT NULL)
                                             AND (kind = 'lesson') = (course_version IS NOT NULL)
                                             AND (kind = 'lesson') = (course_kind IS NOT NULL)
                                             AND (kind = 'lesson') = (is_attended IS NOT NULL));
COMMENT ON COLUMN weekly_line.course_version IS 'of a lesson: how the course was called then';
