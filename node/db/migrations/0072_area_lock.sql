-- 0072_area_lock: locks of staff on the rooms of a floor are kept, so that a room that was
-- locked is locked after a restart, and who locked it when is on record (AI-2.3-オ, NI-T3-8).
-- Rows are leaves of the audit log: added and read, nothing else; n counts in the order of
-- commits, the newest of a floor's area holds. A seat also says whether names were hidden.
-- Lock: ACCESS EXCLUSIVE on visit_seat for a moment (a constant default: no rewrite). Undo:
-- DROP TABLE area_lock; ALTER TABLE visit_seat DROP COLUMN is_anonymous.
SET LOCAL lock_timeout = '2s';

CREATE TABLE area_lock (
    id     uuid PRIMARY KEY,
    n      bigint NOT NULL UNIQUE CHECK (n >= 1),
    floor  text NOT NULL,
    area   text NOT NULL,
    lock   text NOT NULL CHECK (lock IN ('open', 'in_use', 'staff', 'closed')),
    before text NOT NULL CHECK (before IN ('open', 'in_use', 'staff', 'closed')),
    at     timestamptz NOT NULL,
    by     uuid,
    role   text NOT NULL
);
COMMENT ON COLUMN area_lock.before IS 'what held until then';
CREATE INDEX area_lock_by_area ON area_lock (floor, area, n DESC);
GRANT SELECT, INSERT ON area_lock TO ibasho_app;

ALTER TABLE visit_seat ADD COLUMN is_anonymous boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN visit_seat.is_anonymous IS 'names are hidden there: nobody stands there as himself';
