-- 0090_lesson_share: lessons held with other towns. A lesson may be taught by another node's team
-- (class_lesson.main_at); its page, its polls and the tick of an answered question are then the act of
-- nobody who has an account here, so `by` may be empty; a closed poll keeps the sums of all towns beside
-- its own (AI-3.3-オ, AI-4.4-キ-エ). And a lesson without its instructor or its supporter is an incident of
-- its own kind (AI-4.4-キ-ウ).
-- Lock: ACCESS EXCLUSIVE, on incident for a scan. Undo: drop the two columns, put NOT NULL and the check
-- back.
SET LOCAL lock_timeout = '2s';

ALTER TABLE class_lesson ADD COLUMN main_at uuid;
COMMENT ON COLUMN class_lesson.main_at IS 'the node whose team teaches it; NULL: this one';

ALTER TABLE lesson_page_now ALTER COLUMN by DROP NOT NULL;
ALTER TABLE lesson_answer ALTER COLUMN by DROP NOT NULL;
ALTER TABLE lesson_poll
    ALTER COLUMN by DROP NOT NULL,
    ADD COLUMN counts_all integer[],
    ADD CONSTRAINT lesson_poll_all CHECK (counts_all IS NULL OR closed_at IS NOT NULL);
COMMENT ON COLUMN lesson_poll.by IS 'NULL: the team of the town that holds the lesson';
COMMENT ON COLUMN lesson_poll.counts_all IS 'of all towns that took part; NULL: of this one alone';
GRANT UPDATE (counts_all) ON lesson_poll TO ibasho_app;

ALTER TABLE incident
    DROP CONSTRAINT incident_kind_check,
    ADD CONSTRAINT incident_kind_check CHECK (kind IN ('crisis', 'contact', 'warning', 'staffless',
                                                       'unstaffed', 'manual', 'drill'));
