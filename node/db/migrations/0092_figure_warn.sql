-- 0092_figure_warn: the host of a shared lesson warns a child of another town; its home gives the warning
-- (CARD-10, AI-4.4-カ-ハ-1a). fed_act.kind warn, what 8.
-- Lock: fed_act, short (one scan of it). Undo: put the two constraints back.
SET LOCAL lock_timeout = '2s';

ALTER TABLE fed_act
    DROP CONSTRAINT fed_act_kind_check,
    ADD CONSTRAINT fed_act_kind_check
        CHECK (kind IN ('stop', 'resume', 'eject', 'hide', 'held', 'late', 'shared', 'warn')),
    DROP CONSTRAINT fed_act_what_check,
    ADD CONSTRAINT fed_act_what_check CHECK (what BETWEEN 0 AND 15);
