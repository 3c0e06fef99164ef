-- 0061_watch_export: a notice of every export of the whole roster (NI-2.3.4-2c): it passes no rule, so
-- it has no window. Lock: watch_notice, briefly. Undo: the two checks of 0044 again.
SET LOCAL lock_timeout = '2s';

ALTER TABLE watch_notice
    DROP CONSTRAINT watch_notice_kind_check,
    ADD CONSTRAINT watch_notice_kind_check CHECK (kind IN ('burst', 'day', 'slow', 'export')),
    DROP CONSTRAINT watch_notice_window_s_check,
    ADD CONSTRAINT watch_notice_window_s_check CHECK (window_s > 0 OR kind = 'export' AND window_s = 0),
    DROP CONSTRAINT watch_notice_n_persons_check,
    ADD CONSTRAINT watch_notice_n_persons_check CHECK (n_persons > 0 OR kind = 'export' AND n_persons = 0);
