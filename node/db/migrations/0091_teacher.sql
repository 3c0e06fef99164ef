-- 0091_teacher: guest teachers [ゲストティーチャー] who teach in other towns, too (CARD-3). teacher_card: what
-- the teacher's home node says of him, there and at every node it was offered to; the texts are sealed under
-- a record key. His account at a node that gave him a slot has the card's id, so he is one everywhere.
-- teacher_answer: which node's commissioner said yes to which version. teacher_slot: the lesson that was
-- given to him. teacher_step: every act, a leaf of the audit log, without a text.
-- guest_ends(): an account that was ever given a slot is good for that lesson alone, by the clock of each
-- look: from ten minutes before its newest version begins to its end, as long as he is of its staff, the
-- card is on and approved here, and by every town that takes part in that date.
-- Lock: none on existing tables. Undo: DROP the function and the four tables.
SET LOCAL lock_timeout = '2s';

CREATE TABLE teacher_card (
    card            uuid PRIMARY KEY,
    home            uuid NOT NULL,
    is_own          boolean NOT NULL,
    version         integer NOT NULL CHECK (version >= 1),
    core_version    integer NOT NULL CHECK (core_version BETWEEN 1 AND version),
    name_sealed     bytea NOT NULL,
    field_sealed    bytea NOT NULL,
    evidence_sealed bytea NOT NULL,
    times_sealed    bytea NOT NULL,
    made_at         timestamptz NOT NULL,
    changed_at      timestamptz NOT NULL,
    ended_at        timestamptz,
    by              uuid
);
COMMENT ON COLUMN teacher_card.core_version IS 'the version in which name, field or evidence changed last: approvals of older ones do not count';
COMMENT ON COLUMN teacher_card.ended_at IS 'withdrawn by its home';
COMMENT ON COLUMN teacher_card.by IS 'NULL: it came from another node';
GRANT SELECT, INSERT, DELETE ON teacher_card TO ibasho_app;
GRANT UPDATE (version, core_version, name_sealed, field_sealed, evidence_sealed, times_sealed, changed_at,
    ended_at, by) ON teacher_card TO ibasho_app;

CREATE TABLE teacher_answer (
    card    uuid NOT NULL,
    node    uuid NOT NULL,
    home    uuid NOT NULL,
    is_own  boolean NOT NULL,
    state   text NOT NULL CHECK (state IN ('offered', 'approved', 'declined')),
    version integer NOT NULL CHECK (version >= 1),
    at      timestamptz NOT NULL,
    PRIMARY KEY (card, node)
);
COMMENT ON COLUMN teacher_answer.home IS 'whose card was meant: an answer may come before the card';
COMMENT ON COLUMN teacher_answer.version IS 'of the card, as it was offered or answered';
CREATE INDEX teacher_answer_by_node ON teacher_answer (node);
GRANT SELECT, INSERT, DELETE ON teacher_answer TO ibasho_app;
GRANT UPDATE (home, state, version, at) ON teacher_answer TO ibasho_app;

CREATE TABLE teacher_slot (
    id       uuid PRIMARY KEY,
    card     uuid NOT NULL,
    lesson   uuid NOT NULL,
    part     text NOT NULL CHECK (part IN ('main', 'sub')),
    at       timestamptz NOT NULL,
    by       uuid NOT NULL,
    ended_at timestamptz
);
CREATE UNIQUE INDEX teacher_slot_open ON teacher_slot (card, lesson) WHERE ended_at IS NULL;
CREATE INDEX teacher_slot_by_lesson ON teacher_slot (lesson);
GRANT SELECT, INSERT ON teacher_slot TO ibasho_app;
GRANT UPDATE (ended_at) ON teacher_slot TO ibasho_app;

CREATE TABLE teacher_step (
    id      uuid PRIMARY KEY,
    n       bigint NOT NULL UNIQUE CHECK (n >= 1),
    at      timestamptz NOT NULL,
    card    uuid NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('make', 'change', 'withdraw', 'offer', 'receive', 'approve',
                                          'decline', 'heard', 'slot', 'slot_end')),
    version integer NOT NULL CHECK (version >= 1),
    node    uuid NOT NULL,
    lesson  uuid,
    code    text NOT NULL,
    by      uuid,
    role    text NOT NULL,
    CHECK ((kind IN ('slot', 'slot_end')) = (lesson IS NOT NULL))
);
COMMENT ON COLUMN teacher_step.node IS 'offer: to whom; receive, heard: from whom; else this node';
COMMENT ON COLUMN teacher_step.code IS 'slot: main or sub; heard: the answer; receive: on or withdrawn';
CREATE INDEX teacher_step_by_card ON teacher_step (card, n);
GRANT SELECT, INSERT ON teacher_step TO ibasho_app;

CREATE FUNCTION guest_ends(account uuid, ends timestamptz) RETURNS timestamptz
    LANGUAGE sql STABLE AS
$$
SELECT CASE WHEN NOT EXISTS (SELECT FROM teacher_slot s WHERE s.card = $1) THEN $2
ELSE least($2, coalesce((
    SELECT max(l.to_at)
    FROM teacher_slot s
    JOIN teacher_card c ON c.card = s.card AND c.ended_at IS NULL
    JOIN teacher_answer a ON a.card = s.card AND a.is_own AND a.state = 'approved'
        AND a.version >= c.core_version
    CROSS JOIN LATERAL (SELECT v.id, v.from_at, v.to_at, v.is_cancelled FROM class_lesson v
        WHERE v.lesson = s.lesson ORDER BY v.version DESC LIMIT 1) l
    WHERE s.card = $1 AND s.ended_at IS NULL AND NOT l.is_cancelled
      AND l.from_at - interval '10 minutes' <= now() AND now() < l.to_at
      AND EXISTS (SELECT FROM class_lesson_staff t WHERE t.lesson_version = l.id
          AND t.account = s.card AND t.part IN ('main', 'sub'))
      AND NOT EXISTS (SELECT FROM fed_series_lesson d
          JOIN fed_series f ON f.series = d.series AND f.is_host
          JOIN fed_series_node g ON g.series = d.series AND g.state = 'accepted'
          WHERE d.lesson = s.lesson AND NOT EXISTS (SELECT FROM teacher_answer o
              WHERE o.card = s.card AND o.node = g.node AND o.state = 'approved'
                AND o.version >= c.core_version))
), timestamptz '2000-01-01 00:00:00+00')) END
$$;
COMMENT ON FUNCTION guest_ends(uuid, timestamptz) IS
    'when that account ends: its own end, or that of the lesson given to it; long ago outside of one';
REVOKE ALL ON FUNCTION guest_ends(uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION guest_ends(uuid, timestamptz) TO ibasho_app;
