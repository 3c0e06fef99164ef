-- 0082_sos_kind: one tap calls; what it is about may be chosen after it (NI-2.3-b2). That is a step
-- of its own, for a row of sos is a leaf and stays as it was. The newest one holds.
-- Lock: ACCESS EXCLUSIVE on sos_step for one scan. Undo: drop the column and its check, put the
-- check of 0077 back.
SET LOCAL lock_timeout = '2s';

ALTER TABLE sos_step
    ADD COLUMN kind text,
    DROP CONSTRAINT sos_step_act_check,
    ADD CONSTRAINT sos_step_act_check CHECK (act IN ('undone', 'sent', 'passed', 'all', 'seen',
                                                     'answer', 'close', 'kind')),
    ADD CONSTRAINT sos_step_kind_whole CHECK ((act = 'kind') = (kind IS NOT NULL));
COMMENT ON COLUMN sos_step.kind IS 'of kind: what the child chose after the press';
