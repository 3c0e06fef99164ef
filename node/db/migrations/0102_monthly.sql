-- 0102_monthly: the monthly report to the municipality (KP-3-調達-3b): what it says beside the figures
-- of the month, when the node was up, and receivers and deliveries of more than one kind of report.
-- Lock: ACCESS EXCLUSIVE on report_receiver, weekly_delivery and weekly_step for a moment (columns with a
-- constant default; one scan of weekly_step for its CHECK). Undo: DROP the three tables and the two columns,
-- make the CHECK, the index and contract_change_places() as they were in 0080 and 0100.
SET LOCAL lock_timeout = '2s';

-- Leaves of the audit log: added and read.
CREATE TABLE monthly_report (
    id         uuid PRIMARY KEY,
    month_at   timestamptz NOT NULL UNIQUE,
    made_at    timestamptz NOT NULL,
    made_by    uuid,
    town       text NOT NULL,
    title      text NOT NULL,
    contractor text NOT NULL,
    n_lines    integer NOT NULL CHECK (n_lines >= 0),
    sum        bytea NOT NULL CHECK (octet_length(sum) = 32)
);
COMMENT ON COLUMN monthly_report.month_at IS 'when the month began, in Tokyo';
COMMENT ON COLUMN monthly_report.made_by IS 'who asked for it; NULL: the node itself';
COMMENT ON COLUMN monthly_report.title IS 'of the contract, as it was; empty: there was none';
COMMENT ON COLUMN monthly_report.sum IS 'SHA-256 over the canonical form of its lines';

-- What it says beside kpi_cell: numbers, nobody's id. Never changed.
CREATE TABLE monthly_line (
    report uuid NOT NULL,
    n      integer NOT NULL CHECK (n >= 0),
    kind   text NOT NULL CHECK (kind IN ('kpi', 'incident', 'inquiry', 'service')),
    name   text NOT NULL,
    num    bigint NOT NULL CHECK (num >= 0),
    den    bigint NOT NULL CHECK (den >= 0),
    PRIMARY KEY (report, n),
    UNIQUE (report, kind, name)
);
COMMENT ON COLUMN monthly_line.name IS 'of kpi: a month ("2026-10") whose cells of version num it draws';

-- The node says every five minutes that it is there; longer silences begin a new row.
CREATE TABLE up_span (
    id      uuid PRIMARY KEY,
    from_at timestamptz NOT NULL,
    to_at   timestamptz NOT NULL,
    CHECK (from_at <= to_at)
);
CREATE INDEX up_span_by_end ON up_span (to_at);

ALTER TABLE report_receiver ADD COLUMN report text NOT NULL DEFAULT 'weekly'
    CHECK (report IN ('weekly', 'monthly'));
ALTER TABLE weekly_delivery ADD COLUMN kind text NOT NULL DEFAULT 'weekly'
    CHECK (kind IN ('weekly', 'monthly'));
COMMENT ON COLUMN weekly_delivery.report IS 'weekly_report.id or monthly_report.id, as kind says';
ALTER TABLE weekly_step DROP CONSTRAINT weekly_step_step_check;
ALTER TABLE weekly_step ADD CONSTRAINT weekly_step_step_check
    CHECK (step IN ('given', 'mailed', 'pdf', 'csv', 'xlsx', 'password'));

GRANT SELECT, INSERT, DELETE ON monthly_report, monthly_line TO ibasho_app;
GRANT SELECT, INSERT, DELETE ON up_span TO ibasho_app;
GRANT UPDATE (to_at) ON up_span TO ibasho_app;

-- As in 0100, but for receivers of the weekly report alone.
CREATE OR REPLACE FUNCTION contract_change_places(leaving uuid[], from_at timestamptz)
    RETURNS TABLE (kind text, n_ends bigint, n_left bigint) LANGUAGE sql STABLE AS
$$
WITH usable AS (
    SELECT a.id, a.role, a.id = ANY ($1) AS ends, a.state IN ('issued', 'active') AS works FROM account a
), holds AS (
    SELECT 'duty_' || d.purpose AS kind, d.account FROM (
        SELECT DISTINCT ON (purpose, account) purpose, account, is_on FROM duty_person
        ORDER BY purpose, account, n DESC) d WHERE d.is_on
    UNION ALL
    SELECT 'weekly', r.account FROM (
        SELECT DISTINCT ON (account) account, is_on FROM report_receiver WHERE report = 'weekly'
        ORDER BY account, at DESC, id DESC) r WHERE r.is_on
    UNION ALL
    SELECT DISTINCT 'notice', n.account FROM notify_receiver n
    WHERE n.removed_at IS NULL AND n.proved_at IS NOT NULL AND n.paused_at IS NULL
      AND 'sos' = ANY (string_to_array(n.kinds, ','))
    UNION ALL
    SELECT u.role, u.id FROM usable u WHERE u.role IN ('contractor', 'supporter') AND (u.works OR u.ends)
)
SELECT k.kind, count(u.id) FILTER (WHERE u.ends), count(u.id) FILTER (WHERE u.works AND NOT u.ends)
FROM unnest(ARRAY['contractor', 'supporter', 'duty_sos', 'duty_incident', 'notice', 'weekly'])
    WITH ORDINALITY AS k (kind, i)
LEFT JOIN holds h ON h.kind = k.kind LEFT JOIN usable u ON u.id = h.account
GROUP BY k.kind, k.i
UNION ALL
SELECT 'lesson', count(DISTINCT l.lesson), 0 FROM (
    SELECT DISTINCT ON (lesson) id, lesson, from_at, is_cancelled FROM class_lesson
    ORDER BY lesson, version DESC) l
JOIN class_lesson_staff s ON s.lesson_version = l.id
WHERE NOT l.is_cancelled AND l.from_at >= $2 AND s.account = ANY ($1)
$$;
