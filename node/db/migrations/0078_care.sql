-- 0078_care: what becomes of a child's ties: contacts with staff or another child (KP-2-1, KP-2-2,
-- AI-4.4-カ-ハ-2), steps 0 to 4 as they were reached and gone back from (KP-2-4-0 ... KP-2-4-5), and
-- what one shift of staff leaves to the next. Leaves of the audit log: added and read; hand-over notes
-- go after their term. Words of staff about a child and the place of a step are sealed under the
-- child's key, hand-over notes under a record key.
-- No lock on what exists. Undo: DROP TABLE of the three.
SET LOCAL lock_timeout = '2s';

CREATE TABLE contact (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    child       uuid NOT NULL,
    other       uuid NOT NULL CHECK (other <> child),
    is_peer     boolean NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('auto', 'class', 'speech', 'call', 'talk', 'phone',
                                              'visit', 'letter', 'other')),
    is_answered boolean NOT NULL,
    by          uuid,
    role        text NOT NULL,
    text_sealed bytea
);
COMMENT ON COLUMN contact.at IS 'when it was; of a conversation its first answer';
COMMENT ON COLUMN contact.is_answered IS 'two-way: what the rates count';
COMMENT ON COLUMN contact.by IS 'who noted it; NULL: the node itself';
CREATE INDEX contact_by_child ON contact (child, at DESC, id DESC);
CREATE INDEX contact_by_at ON contact (at);
GRANT SELECT, INSERT ON contact TO ibasho_app;

CREATE TABLE care_step (
    id           uuid PRIMARY KEY,
    n            bigint NOT NULL UNIQUE CHECK (n >= 1),
    at           timestamptz NOT NULL,
    child        uuid NOT NULL,
    step         smallint NOT NULL CHECK (step BETWEEN 0 AND 4),
    on_date      date NOT NULL,
    kind         text NOT NULL,
    is_back      boolean NOT NULL,
    by           uuid,
    role         text NOT NULL,
    place_sealed bytea
);
COMMENT ON COLUMN care_step.on_date IS 'the day it was reached, or gone back from';
COMMENT ON COLUMN care_step.n IS 'counts in the order of commits: the newest of a child and step holds';
CREATE INDEX care_step_by_child ON care_step (child, step, n DESC);
GRANT SELECT, INSERT ON care_step TO ibasho_app;

CREATE TABLE handover (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL,
    day         date NOT NULL,
    by          uuid NOT NULL,
    role        text NOT NULL,
    text_sealed bytea NOT NULL
);
COMMENT ON COLUMN handover.day IS 'of what it tells';
CREATE INDEX handover_by_at ON handover (at DESC, id DESC);
GRANT SELECT, INSERT, DELETE ON handover TO ibasho_app;
