-- 0104_transfer_ends: a child's ID rests on the day of the move, not at the receipt, and the node says so in a step
-- (rest); what was handed over and never receipted may be ended at home by two persons (ending_by: the first).
-- Lock: ACCESS EXCLUSIVE on transfer and transfer_step for a moment (some hundred rows). Undo: drop the column,
-- restore the old list of kinds.
SET LOCAL lock_timeout = '2s';

ALTER TABLE transfer ADD COLUMN ending_by uuid;
COMMENT ON COLUMN transfer.ending_by IS 'who asked at home to end what was given without a receipt; another one confirms';
GRANT UPDATE (ending_by) ON transfer TO ibasho_app;

ALTER TABLE transfer_step
    DROP CONSTRAINT transfer_step_kind_check,
    ADD CONSTRAINT transfer_step_kind_check CHECK (kind IN ('open', 'confirm', 'cancel', 'offer', 'accept', 'decline',
        'heard', 'take', 'give', 'arrive', 'receipt', 'refuse', 'rest', 'lapse'));
