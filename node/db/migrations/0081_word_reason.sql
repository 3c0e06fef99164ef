-- 0081_word_reason: why a municipality put a word on a list may name a child: sealed under a key of
-- record. The words themselves stay readable, so that they hold before the keys are opened; the
-- screen asks for no names in them.
-- Lock: ACCESS EXCLUSIVE on word_rule, which must be empty: a reason in clear cannot be sealed here,
-- and rows of which one column is gone would not fit their leaves. Undo: the other way round.
SET LOCAL lock_timeout = '2s';

DO $$
BEGIN
    IF EXISTS (SELECT FROM word_rule) THEN
        RAISE EXCEPTION 'word_rule holds reasons in clear; take them over by hand';
    END IF;
END
$$;

ALTER TABLE word_rule DROP COLUMN reason, ADD COLUMN reason_sealed bytea;
COMMENT ON COLUMN word_rule.reason_sealed IS 'NULL: none was given';
