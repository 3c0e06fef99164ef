-- 0060_links: who asked for, gave, moved or ended a tie of guardian and child, as leaves of the
-- audit log. A tie that was asked for with a guardian's ID is made when the commissioner approves
-- the ID, out of the row that asked (AI-4.3-カ, NI-2.3.4-2c).
-- Lock: SHARE on account_step for one index. Undo: DROP the table and the index.
SET LOCAL lock_timeout = '5s';
CREATE TABLE link_step (
    id         uuid PRIMARY KEY,
    what       text NOT NULL CHECK (what IN ('asked', 'given', 'moved', 'ended')),
    guardian   uuid NOT NULL,
    child      uuid NOT NULL,
    merged     uuid,
    at         timestamptz NOT NULL,
    actor      uuid,
    actor_role text NOT NULL,
    CHECK ((what = 'moved') = (merged IS NOT NULL))
);
COMMENT ON COLUMN link_step.merged IS 'moved: in whose place guardian or child now stands';
CREATE INDEX link_step_by_guardian ON link_step (guardian, at);
CREATE INDEX link_step_by_child ON link_step (child, at);
GRANT SELECT, INSERT ON link_step TO ibasho_app;
-- How many IDs somebody asked for lately.
CREATE INDEX account_step_by_actor ON account_step (actor, at) WHERE state = 'requested';
