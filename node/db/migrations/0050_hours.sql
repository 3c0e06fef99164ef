-- 0050_hours: what was decided about opening hours (AI-2.3-イ). One row a decision, never changed
-- or deleted: the newest of its kind, and of its day, holds.
-- Lock: none on existing tables. Undo: DROP TABLE hours_decision.
SET LOCAL lock_timeout = '2s';

CREATE TABLE hours_decision (
    id           uuid PRIMARY KEY,
    act          uuid NOT NULL,
    version      integer NOT NULL UNIQUE CHECK (version >= 1),
    kind         text NOT NULL CHECK (kind IN ('pattern', 'year_end', 'day', 'holiday')),
    day          date,
    value        text NOT NULL,
    value_before text NOT NULL,
    reason       text NOT NULL DEFAULT '',
    decided_at   timestamptz NOT NULL,
    decided_by   uuid,
    role         text NOT NULL,
    CONSTRAINT hours_decision_of_a_day CHECK ((kind IN ('day', 'holiday')) = (day IS NOT NULL))
);
CREATE INDEX hours_decision_by_kind ON hours_decision (kind, day, version);
CREATE INDEX hours_decision_by_act ON hours_decision (act);
COMMENT ON COLUMN hours_decision.act IS 'made by the client: one act may decide several days';
COMMENT ON COLUMN hours_decision.value IS 'canonical JSON; empty: nothing of its own any more';
GRANT SELECT, INSERT ON hours_decision TO ibasho_app;
